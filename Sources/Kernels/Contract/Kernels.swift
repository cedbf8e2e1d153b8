// Which sets of loops this processor can run, and which of them is used. It has never heard of what
// the loops compute.
//
// It cannot import the sets: they import this module, and through it so does everything above.
// SwiftPM starts a module when all that it imports is complete, so arrays and derivatives would
// have to wait for the slowest modules of the package and gain nothing by it. The sets are found by
// the linker instead, under names fixed here. The manifest adds their modules to every product,
// executable and test bundle (`kernelSets`); without them a program does not link.
//
// `@_silgen_name` is the one way to call a Swift function by the name of its symbol. A header in C
// would do without the underscore, at the price of a second language and of a C function that
// passes a metatype through raw memory.

import AdjointSupport

@_silgen_name("adjoint_kernels_baseline")
private func linkedBaseline() -> any KernelSet.Type

@_silgen_name("adjoint_kernels_x86_64_v3")
private func linkedX86V3() -> (any KernelSet.Type)?

@_silgen_name("adjoint_kernels_x86_64_v4")
private func linkedX86V4() -> (any KernelSet.Type)?

/// The loops chosen for this processor.
public enum Kernels {
  /// All sets that this processor can run, the widest last.
  public static let available: [any KernelSet.Type] = {
    var sets = [linkedBaseline()]
    // The order of the conditions matters: a processor without a wider set must not even ask for
    // it, because the function that answers is compiled with that set's flags.
    if Processor.supportsX86V3, let set = linkedX86V3() { sets.append(set) }
    if Processor.supportsX86V4, let set = linkedX86V4() { sets.append(set) }
    return sets
  }()

  /// The set in use: the widest, or the one that the environment variable `ADJOINT_KERNELS` names.
  public static let active: any KernelSet.Type = {
    let (set, complaint) = choice(
      from: available, named: getenv("ADJOINT_KERNELS").map { String(cString: $0) })
    if let complaint {
      var line = complaint + "\n"
      line.withUTF8 { bytes in
        // If standard error is closed, the complaint is lost, and nothing depends on it.
        _ = write(2, bytes.baseAddress, .init(bytes.count))
      }
    }
    return set
  }()

  /// The set with the given name, or the widest, and what is wrong with the name.
  static func choice(
    from sets: [any KernelSet.Type], named name: String?
  ) -> (set: any KernelSet.Type, complaint: String?) {
    // There is always the baseline.
    let widest = sets[sets.count - 1]
    guard let name, !name.isEmpty else { return (widest, nil) }
    if let set = sets.first(where: { $0.name == name }) { return (set, nil) }
    let names = sets.map { $0.name }.joined(separator: ", ")
    return (
      widest,
      "ADJOINT_KERNELS=\(name): no such instruction set here, using \(widest.name). "
        + "This processor and build offer: \(names)."
    )
  }
}
