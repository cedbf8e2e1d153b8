// What an instruction set adds to its vectors so that all loops can be compiled for it. The answers
// to `KernelSet` stand beside the loops that they call, as extensions of the protocol declared
// here.

import AdjointElementary
import AdjointKernels

/// An instruction set with the register tiles that suit its matrix products: a `KernelSet` without
/// a line of its own.
///
/// The answers are inlined into the witnesses of the conforming marker, so they are compiled in its
/// module, with its flags. A generic type as the set would not do: the witnesses of a generic
/// conformance are compiled once, unspecialized, in the module that declares it.
public protocol LoopSet: InstructionSet, KernelSet {
  /// The largest tile of a product of float32 matrices that stays in registers.
  associatedtype Tile32: RegisterTile where Tile32.Element == Float32Lanes<Self>
  /// The largest tile of a product of float64 matrices that stays in registers.
  associatedtype Tile64: RegisterTile where Tile64.Element == Float64Lanes<Self>
}

extension LoopSet {
  /// The vectors of float32 elements.
  public typealias Single = Float32Lanes<Self>
  /// The vectors of float64 elements.
  public typealias Twofold = Float64Lanes<Self>
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func elementwise(
    _ function: Elementary.Opcode, _ role: ElementwiseRole, _ element: KernelElement,
    _ count: Int, _ operands: UnsafePointer<UnsafeRawPointer>,
    _ destination: UnsafeMutableRawPointer
  ) {
    let operands = Operands(operands, function: function, role: role)
    switch element {
    case .float32:
      AdjointKernelCore.elementwise(Single.self, function, role, count, operands, destination)
    case .float64:
      AdjointKernelCore.elementwise(Twofold.self, function, role, count, operands, destination)
    }
  }
}
