// Products of tensors in index notation, reduced to transposes, reshapes and batched matrix
// products.

import AdjointArrays

/// A sum of products in Einstein's notation.
///
/// Each operand's axes are named by letters; letters missing from the result are summed over.
///
/// ```swift
/// einsum("ik,kj->ij", a, b)      // the matrix product
/// einsum("bij,bjk->bik", a, b)   // a batch of them
/// einsum("ii->", a)              // the trace
/// einsum("i,j->ij", u, v)        // the outer product
/// ```
///
/// The result has one axis for each letter behind `->`; without `->`, one for each letter that
/// occurs once, in alphabetical order. Operands are contracted from left to right. An equation that
/// does not fit the operands is refused as a ``TensorError``.
///
/// - Complexity: that of one matrix product for each pair of operands.
public func einsum(_ equation: String, _ operands: Tensor...) -> Tensor {
  einsum(equation, operands)
}

/// A sum of products in Einstein's notation; see the variadic form.
public func einsum(_ equation: String, _ operands: [Tensor]) -> Tensor {
  do throws(ShapeError) {
    let plan = try EinsumPlan(equation, operands.map(\.shape))
    var letters = plan.inputs[0]
    var result = operands[0].settled.diagonals(&letters)
    for position in 1..<operands.count {
      var others = plan.inputs[position]
      let operand = operands[position].settled.diagonals(&others)
      let later = Set(plan.inputs[(position + 1)...].joined()).union(plan.output)
      (result, letters) = contracting(result, letters, operand, others, keeping: later)
    }
    let summed = letters.indices.filter { !plan.output.contains(letters[$0]) }
    if !summed.isEmpty { result = result.sum(over: summed) }
    letters.removeAll { !plan.output.contains($0) }
    return result.transposed(plan.output.map { letters.firstIndex(of: $0) ?? 0 })
  } catch {
    return Tensor.failing(
      .shape, "einsum(\"\(equation)\")", operands, error,
      placeholder: TensorType(
        .expectedEinsum(equation, operands.map(\.shape)), operands.first?.dtype ?? .float32))
  }
}

/// The letters of an equation, checked against the shapes.
private struct EinsumPlan {
  var inputs: [[Character]]
  var output: [Character]

  init(_ equation: String, _ shapes: [Shape]) throws(ShapeError) {
    let text = equation.filter { $0 != " " }
    var left = text, right: String?
    if let dash = text.firstIndex(of: "-") {
      let rest = text[text.index(after: dash)...]
      guard rest.first == ">" else {
        throw ShapeError(problem: "`-` without `>`", remedy: "Write it as in \"ik,kj->ij\".")
      }
      left = String(text[..<dash])
      right = String(rest.dropFirst())
    }
    inputs = left.split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
    guard inputs.count == shapes.count else {
      throw ShapeError(
        problem: "the equation has \(inputs.count) operands, the call \(shapes.count)",
        remedy: "Separate the letters of the operands by commas, one group for each tensor.")
    }
    var lengths: [Character: Int] = [:]
    for (letters, shape) in zip(inputs, shapes) {
      guard letters.count == shape.rank else {
        throw ShapeError(
          problem: "`\(String(letters))` names \(letters.count) axes of a tensor of shape \(shape)",
          remedy: "Give one letter for each axis.")
      }
      for (axis, letter) in letters.enumerated() {
        guard letter.isLetter else {
          throw ShapeError(
            problem: "`\(letter)` is not a letter", remedy: "Name axes by letters, as in \"ij\".")
        }
        if let length = lengths[letter], length != shape[axis] {
          throw ShapeError(
            problem: "`\(letter)` is \(length) in one place and \(shape[axis]) in another",
            remedy: "Axes with the same letter have the same length.")
        }
        lengths[letter] = shape[axis]
      }
    }
    let all = inputs.flatMap { $0 }
    output =
      right.map(Array.init)
      ?? Set(all).filter { letter in all.filter { $0 == letter }.count == 1 }.sorted()
    guard Set(output).count == output.count, output.allSatisfy({ lengths[$0] != nil }) else {
      throw ShapeError(
        problem: "the result `\(String(output))` repeats a letter or names one no operand has",
        remedy: "Every letter of the result occurs once there and in some operand.")
    }
  }
}

extension Tensor {
  /// Takes the diagonal over axes with the same letter, as in `"ii"`.
  fileprivate func diagonals(_ letters: inout [Character]) -> Tensor {
    var x = self
    while let (first, second) = repeated(letters) {
      let length = x.shape[first]
      let others = (0..<x.rank).filter { $0 != first && $0 != second }
      let rest = others.map { x.shape[$0] }
      // With both axes in front and merged, the diagonal is every (length + 1)-th entry.
      let merged = x.transposed([first, second] + others).reshaped(to: [length * length] + rest)
      let positions = Tensor(indices: (0..<length).map { $0 * (length + 1) })
      x = merged.gathered(positions, along: 0)
      letters = [letters[first]] + others.map { letters[$0] }
    }
    return x
  }

  private func repeated(_ letters: [Character]) -> (Int, Int)? {
    for first in letters.indices {
      if let second = letters[(first + 1)...].firstIndex(of: letters[first]) {
        return (first, second)
      }
    }
    return nil
  }
}

/// One pair of operands as a batch of matrix products.
private func contracting(
  _ a: Tensor, _ aLetters: [Character], _ b: Tensor, _ bLetters: [Character],
  keeping later: Set<Character>
) -> (Tensor, [Character]) {
  var a = a, b = b
  var aLetters = aLetters, bLetters = bLetters
  // An axis that only one side has, and that is not needed later, is summed away first.
  func reduce(_ x: inout Tensor, _ letters: inout [Character], _ other: [Character]) {
    let axes = letters.indices.filter {
      !later.contains(letters[$0]) && !other.contains(letters[$0])
    }
    if axes.isEmpty { return }
    x = x.sum(over: Array(axes))
    letters = letters.indices.filter { !axes.contains($0) }.map { letters[$0] }
  }
  reduce(&a, &aLetters, bLetters)
  reduce(&b, &bLetters, aLetters)

  let shared = aLetters.filter { bLetters.contains($0) }
  let batch = shared.filter { later.contains($0) }
  let summed = shared.filter { !later.contains($0) }
  let rows = aLetters.filter { !shared.contains($0) }
  let columns = bLetters.filter { !shared.contains($0) }

  func lengths(_ letters: [Character], _ x: Tensor, _ own: [Character]) -> [Int] {
    letters.map { letter in own.firstIndex(of: letter).map { x.shape[$0] } ?? 1 }
  }
  func arranged(_ x: Tensor, _ own: [Character], _ order: [Character]) -> Tensor {
    x.transposed(order.compactMap { own.firstIndex(of: $0) })
  }
  func product(_ lengths: [Int]) -> Int { lengths.reduce(1, *) }

  let batchLengths = lengths(batch, a, aLetters)
  let rowLengths = lengths(rows, a, aLetters)
  let columnLengths = lengths(columns, b, bLetters)
  let inner = product(lengths(summed, a, aLetters))
  let left = arranged(a, aLetters, batch + rows + summed)
    .reshaped(to: [product(batchLengths), product(rowLengths), inner])
  let right = arranged(b, bLetters, batch + summed + columns)
    .reshaped(to: [product(batchLengths), inner, product(columnLengths)])
  let result = matmul(left, right).reshaped(to: batchLengths + rowLengths + columnLengths)
  return (result, batch + rows + columns)
}
