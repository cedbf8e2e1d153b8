// The instructions that every processor of the architecture has.

import AdjointKernelCore
import AdjointKernels
import LimitLoops

/// The marker of the baseline; see `InstructionSet`.
enum BaselineLimits: InstructionSet {
  static var name: String { "baseline" }
  #if arch(arm64)
    @inline(__always) static var fusesMultiplyAdd: Bool { true }
    @inline(__always) static var roundsInOneInstruction: Bool { true }
  #else
    @inline(__always) static var fusesMultiplyAdd: Bool { false }
    @inline(__always) static var roundsInOneInstruction: Bool { false }
  #endif
  typealias Vector32 = SIMD4<Float>
  typealias Vector64 = SIMD2<Double>
}

/// The loops for any processor of this architecture.
public var baselineLimitLoops: LimitLoops { LimitLoops(BaselineLimits.self) }
