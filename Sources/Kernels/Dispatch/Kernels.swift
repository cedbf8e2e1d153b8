// What this file knows: which tables this processor can run, and which of them is used. It has never
// heard of what the loops compute.

import AdjointKernelCore
import AdjointKernelsBaseline
import AdjointKernelsX86V3
import AdjointKernelsX86V4
import AdjointSupport

/// The loops chosen for this processor.
public enum Kernels {
  /// All tables that this processor can run, the widest last.
  public static let available: [KernelTable] = {
    var tables = [baselineKernels]
    // The order of the conditions matters: a table of a wider set must not even be asked for on a
    // processor without it, because the code that fills it is compiled with that set's flags.
    if Processor.supportsX86V3, let table = x86V3Kernels { tables.append(table) }
    if Processor.supportsX86V4, let table = x86V4Kernels { tables.append(table) }
    return tables
  }()

  /// The table in use: the widest, or the one that the environment variable `ADJOINT_KERNELS` names.
  public static let active: KernelTable = {
    let (table, complaint) = choice(
      from: available, named: getenv("ADJOINT_KERNELS").map { String(cString: $0) })
    if let complaint {
      var line = complaint + "\n"
      line.withUTF8 { bytes in
        // Nobody can be told if standard error is closed, and nothing depends on it.
        _ = write(2, bytes.baseAddress, .init(bytes.count))
      }
    }
    return table
  }()

  /// The table with the given name, or the widest, and what is wrong with the name.
  static func choice(
    from tables: [KernelTable], named name: String?
  ) -> (table: KernelTable, complaint: String?) {
    // There is always the baseline.
    let widest = tables[tables.count - 1]
    guard let name, !name.isEmpty else { return (widest, nil) }
    if let table = tables.first(where: { $0.name == name }) { return (table, nil) }
    let names = tables.map(\.name).joined(separator: ", ")
    return (
      widest,
      "ADJOINT_KERNELS=\(name): no such instruction set here, using \(widest.name). "
        + "This processor and build offer: \(names)."
    )
  }
}
