// The x86-64-v3 level (AVX2 and FMA); this module is compiled with its flags.

import AdjointKernelCore
import AdjointKernels
import LimitLoops

#if ADJOINT_WIDE
  /// The marker of x86-64-v3; see `InstructionSet`.
  enum X86V3Limits: InstructionSet {
    static var name: String { "x86-64-v3" }
    @inline(__always) static var fusesMultiplyAdd: Bool { true }
    @inline(__always) static var roundsInOneInstruction: Bool { true }
    typealias Vector32 = SIMD8<Float>
    typealias Vector64 = SIMD4<Double>
  }

  /// The loops for processors of this level; even asking for them takes such a processor.
  public var x86V3LimitLoops: LimitLoops? { LimitLoops(X86V3Limits.self) }
#else
  /// None: the manifest has not set the flags of this level.
  public var x86V3LimitLoops: LimitLoops? { nil }
#endif
