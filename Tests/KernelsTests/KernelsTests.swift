// How a set of loops is chosen.

import AdjointKernelCore
import Testing

@testable import AdjointKernels

@Suite struct KernelsTests {
  @Test func baselineIsAlwaysThereAndNamesDiffer() {
    let names = Kernels.available.map { $0.name }
    #expect(names.first == "baseline")
    #expect(Set(names).count == names.count)
    #expect(names.contains(Kernels.active.name))
  }

  @Test func theVariableNamesASet() {
    for set in Kernels.available {
      let choice = Kernels.choice(from: Kernels.available, named: set.name)
      #expect(choice.set.name == set.name && choice.complaint == nil)
    }
    #expect(Kernels.choice(from: Kernels.available, named: nil).complaint == nil)
    #expect(Kernels.choice(from: Kernels.available, named: "").complaint == nil)
  }

  // The widest set is used, and the line says what was wrong, what happens, and what would be
  // right.
  @Test func anUnknownNameIsReported() throws {
    let choice = Kernels.choice(from: Kernels.available, named: "avx1024")
    #expect(choice.set.name == Kernels.available.last?.name)
    let complaint = try #require(choice.complaint)
    #expect(complaint.contains("ADJOINT_KERNELS=avx1024"))
    #expect(complaint.contains("using \(choice.set.name)"))
    #expect(complaint.contains("baseline"))
  }

  @Test func flagsAreReadFromTheFirstProcessor() {
    let text = """
      processor\t: 0
      vendor_id\t: GenuineIntel
      flags\t\t: fpu sse2 avx2 fma
      bugs\t\t: spectre_v1

      processor\t: 1
      flags\t\t: fpu
      """
    #expect(Processor.flags(inCPUInfo: text) == ["fpu", "sse2", "avx2", "fma"])
    #expect(Processor.flags(inCPUInfo: "Features : fp asimd\n").isEmpty)
    #expect(Processor.flags(inCPUInfo: "").isEmpty)
  }

  // A level includes the one below it.
  @Test func levelsAreNested() {
    #expect(!Processor.supportsX86V4 || Processor.supportsX86V3)
  }
}
