// What the hardware can do at most: multiply-adds and bytes per second, with the instruction set
// that the kernels use.

import Adjoint
import AdjointKernelCore
import AdjointKernels
import Dispatch
import LimitLoops
import LimitLoopsBaseline
import LimitLoopsX86V3
import LimitLoopsX86V4

func makeLimitBenchmarks() -> [Benchmark] {
  // Only the loops of the set in use are asked for: the code that makes them is compiled with its
  // flags.
  let loops =
    switch Kernels.active.name {
    case "x86-64-v4": x86V4LimitLoops ?? baselineLimitLoops
    case "x86-64-v3": x86V3LimitLoops ?? baselineLimitLoops
    default: baselineLimitLoops
    }
  // What all arrays of a loop take together, on each thread. Caches of 1 to 2 MB a core at the
  // second level, and of more than 16 MB at the third, are what processors of today have.
  let places = [("l2", 384 << 10), ("l3", 6 << 20), ("ram", 192 << 20)]
  return [
    multiplyAdds(loops, .float32, title: "limit-fma-f32"),
    multiplyAdds(loops, .float64, title: "limit-fma-f64"),
  ]
    + places.flatMap { name, bytes in
      [
        movement(title: "limit-copy-\(name)", arrays: 2, bytes: bytes) { count, arrays in
          loops.copy(count, arrays[0], arrays[1])
        },
        movement(title: "limit-triad-\(name)", arrays: 3, bytes: bytes) { count, arrays in
          loops.triad(count, arrays[0], arrays[1], arrays[2])
        },
      ]
    }
}

private func multiplyAdds(
  _ loops: LimitLoops, _ element: KernelElement, title: String
) -> Benchmark {
  // A millisecond and more: what starting threads costs must not show.
  let rounds = 1_000_000
  let threads = Parallelism.limit
  let operations = threads * rounds * loops.operationsPerRound(element)
  return Benchmark(
    title: title, operations: operations,
    work: Work(amount: Double(operations), unit: .operations, threads: threads)
  ) {
    let results = Shared(bytes: threads * MemoryLayout<Double>.stride)
    return (
      step: {
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          results.start.storeBytes(
            of: loops.multiplyAdds(element, rounds), toByteOffset: 8 * thread, as: Double.self)
        }
        return results.start.load(as: Double.self)
      }, check: { isNear($0, 1) }
    )
  }
}

/// Moves through arrays that take `bytes` together, each thread through its own.
private func movement(
  title: String, arrays: Int, bytes: Int,
  loop: @escaping @Sendable (_ count: Int, _ arrays: [UnsafeMutableRawPointer]) -> Void
) -> Benchmark {
  let threads = Parallelism.limit
  let count = bytes / (arrays * MemoryLayout<Float>.size) / 64 * 64
  let size = count * MemoryLayout<Float>.size
  // As above.
  let passes = max(1, (192 << 20) / bytes)
  return Benchmark(
    title: title,
    work: Work(amount: Double(passes * threads * arrays * size), unit: .bytes, threads: threads)
  ) {
    // Arrays at the same place in their pages would make the processor mistake a load for one of
    // the store just before it.
    let memory = (0..<(threads * arrays)).map { Shared(bytes: size, shift: $0 * 1088) }
    for array in memory { array.fill(with: 2) }
    return (
      step: {
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          let own = memory[(thread * arrays)..<((thread + 1) * arrays)].map(\.start)
          for _ in 0..<passes { loop(count, own) }
        }
        return Double(memory[arrays - 1].start.load(fromByteOffset: size - 4, as: Float.self))
      },
      // 2, or 2 + ½ · 2.
      check: { $0 == (arrays == 2 ? 2 : 3) }
    )
  }
}

/// Memory that several threads write, each its own part.
///
/// Sendable by hand: the benchmarks above see to it that no two threads touch the same bytes.
private final class Shared: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  private let block: UnsafeMutableRawPointer
  private let bytes: Int

  init(bytes: Int, shift: Int = 0) {
    self.bytes = bytes
    block = .allocate(byteCount: bytes + shift, alignment: 4096)
    start = block + shift
  }

  deinit { block.deallocate() }

  func fill(with value: Float) {
    start.initializeMemory(as: Float.self, repeating: value, count: bytes / 4)
  }
}
