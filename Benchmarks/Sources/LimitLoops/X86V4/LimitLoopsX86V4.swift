// The x86-64-v4 level (AVX-512); this module is compiled with its flags.

import AdjointKernelCore
import AdjointKernels
import LimitLoops

#if ADJOINT_WIDE
  /// The marker of x86-64-v4; see `InstructionSet`.
  enum X86V4Limits: InstructionSet {
    static var name: String { "x86-64-v4" }
    @inline(__always) static var fusesMultiplyAdd: Bool { true }
    @inline(__always) static var roundsInOneInstruction: Bool { true }
    typealias Vector32 = SIMD16<Float>
    typealias Vector64 = SIMD8<Double>
  }

  /// The loops for processors of this level; even asking for them takes such a processor.
  public var x86V4LimitLoops: LimitLoops? { LimitLoops(X86V4Limits.self) }
#else
  /// None: the manifest has not set the flags of this level.
  public var x86V4LimitLoops: LimitLoops? { nil }
#endif
