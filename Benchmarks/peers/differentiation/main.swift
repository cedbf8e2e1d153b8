// The scalar workloads with the derivatives that the compiler makes, by way of the toolchain's
// `_Differentiation` module.
//
//   swiftc -O main.swift -o peer && ./peer TITLE SECONDS
//
// Elements of arrays come through `differentiableReduce`: the derivative of an array's subscript
// makes an array of zeros for each access, which takes quadratic time. The mixture, all subscripts,
// is left out for that reason.

import _Differentiation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

let count = 1_000_000

// x ← sin(x) 0.9 + exp(-x²) / (1 + x²), y = Σ x.
@differentiable(reverse)
func chain(_ start: Double) -> Double {
  var x = start
  var total = 0.0
  for _ in 0..<withoutDerivative(at: count) {
    let square = x * x
    x = sin(x) * 0.9 + exp(-square) / (1 + square)
    total += x
  }
  return total
}

/// The part of the sum up to an element, and that element.
struct Partial: Differentiable {
  var last: Double
  var total: Double
}

@differentiable(reverse)
func rosenbrock(_ x: [Double]) -> Double {
  // The first element joins itself: (1 - x)² + 100 (x - x²)² is taken off again at the end.
  let first = x[0]
  let sum = x.differentiableReduce(Partial(last: first, total: 0)) { partial, next in
    let a = 1 - partial.last
    let b = next - partial.last * partial.last
    return Partial(last: next, total: partial.total + a * a + 100 * (b * b))
  }
  let a = 1 - first
  let b = first - first * first
  return sum.total - (a * a + 100 * (b * b))
}

@differentiable(reverse)
func product(_ x: [Double]) -> Double {
  x.differentiableReduce(1) { $0 * $1 }
}

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

guard CommandLine.arguments.count == 3, let seconds = Double(CommandLine.arguments[2]) else {
  fatalError("usage: peer TITLE SECONDS")
}
let step: () -> Double
switch CommandLine.arguments[1] {
case "scalar-chain":
  step = { gradient(at: 0.5, of: chain) }
case "scalar-rosenbrock":
  let point = (0..<count).map { Double($0 % 7) * 0.1 }
  step = { gradient(at: point, of: rosenbrock).base[0] }
case "scalar-product":
  let point = (0..<count).map { 1 + 1e-7 * Double($0 % 3) }
  step = { gradient(at: point, of: product).base[0] }
default:
  print("{\"error\": \"no such workload here: \(CommandLine.arguments[1])\"}")
  exit(0)
}
let check = step()
var samples: [Double] = []
let end = now() + seconds * 1e9
while samples.count < 2 || now() < end {
  let start = now()
  guard step() == check else { fatalError("two steps gave two results") }
  samples.append(now() - start)
}
samples.sort()
print(
  """
  {"title": "\(CommandLine.arguments[1])", "median_ns": \(samples[samples.count / 2]), \
  "min_ns": \(samples[0]), "check": \(check)}
  """)
