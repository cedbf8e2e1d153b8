// How to find out what the processor can do. Swift has no intrinsic for the CPUID instruction, so
// the operating system is asked. Whatever remains unclear counts as "no".
//
// The system's word is better than the instruction's anyway: wide registers can be used only if the
// kernel saves them at a task switch.

import AdjointSupport

/// What the processor can do.
enum Processor {
  /// True if all instructions of the level x86-64-v3 may be used.
  static let supportsX86V3 = has(level3)
  /// True if all instructions of the level x86-64-v4 may be used.
  static let supportsX86V4 = has(level3) && has(level4)

  /// A feature of the processor under the names of the sources of information.
  struct Feature {
    /// The name in `/proc/cpuinfo`.
    let flag: String
    /// The name under `hw.optional` on macOS.
    let key: String
    /// The place in the tables of the CPUID instruction: table in glibc's numbering, register, bit.
    let table: UInt32, register: Int, bit: UInt32
  }

  // Registers: 0 eax, 1 ebx, 2 ecx, 3 edx. Tables: 0 is leaf 1, 1 is leaf 7, 2 is leaf 0x80000001.
  static let level3 = [
    Feature(flag: "avx", key: "avx1_0", table: 0, register: 2, bit: 28),
    Feature(flag: "avx2", key: "avx2_0", table: 1, register: 1, bit: 5),
    Feature(flag: "fma", key: "fma", table: 0, register: 2, bit: 12),
    Feature(flag: "f16c", key: "f16c", table: 0, register: 2, bit: 29),
    Feature(flag: "bmi1", key: "bmi1", table: 1, register: 1, bit: 3),
    Feature(flag: "bmi2", key: "bmi2", table: 1, register: 1, bit: 8),
    Feature(flag: "abm", key: "bmi2", table: 2, register: 2, bit: 5),
    Feature(flag: "movbe", key: "movbe", table: 0, register: 2, bit: 22),
  ]
  static let level4 = [
    Feature(flag: "avx512f", key: "avx512f", table: 1, register: 1, bit: 16),
    Feature(flag: "avx512bw", key: "avx512bw", table: 1, register: 1, bit: 30),
    Feature(flag: "avx512cd", key: "avx512cd", table: 1, register: 1, bit: 28),
    Feature(flag: "avx512dq", key: "avx512dq", table: 1, register: 1, bit: 17),
    Feature(flag: "avx512vl", key: "avx512vl", table: 1, register: 1, bit: 31),
  ]

  #if !arch(x86_64)
    private static func has(_ features: [Feature]) -> Bool { false }
  #elseif canImport(Darwin)
    // Every Mac with AVX2 also has `movbe` and `lzcnt`; the system lists neither on all versions.
    private static func has(_ features: [Feature]) -> Bool {
      features.allSatisfy { feature in
        if feature.key == "movbe" { return true }
        var value: Int32 = 0
        var size = MemoryLayout<Int32>.size
        let result = sysctlbyname("hw.optional.\(feature.key)", &value, &size, nil, 0)
        return result == 0 && value != 0
      }
    }
  #elseif canImport(Glibc) || canImport(Musl) || canImport(Android)
    // The C library (glibc 2.33 or later) keeps the result of CPUID, with what the kernel has
    // disabled struck out. It comes first because under an emulator `/proc/cpuinfo` describes the
    // host.
    private static func has(_ features: [Feature]) -> Bool {
      if let leaf = cpuidLeaf {
        return features.allSatisfy { feature in
          guard let registers = leaf(feature.table) else { return false }
          // Four registers as the processor gives them, then four with what may be used.
          return registers[4 + feature.register] & (1 << feature.bit) != 0
        }
      }
      let flags = flagsOfFirstProcessor()
      return features.allSatisfy { flags.contains($0.flag) }
    }

    private typealias CPUIDLeaf = @convention(c) (UInt32) -> UnsafePointer<UInt32>?

    private static let cpuidLeaf: CPUIDLeaf? = dlsym(nil, "__x86_get_cpuid_feature_leaf").map {
      unsafeBitCast($0, to: CPUIDLeaf.self)
    }

    private static func flagsOfFirstProcessor() -> Set<String> {
      guard let file = fopen("/proc/cpuinfo", "r") else { return [] }
      defer { fclose(file) }
      var text: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      // The first processor's entry is a few kilobytes; a longer file repeats it.
      while text.count < 64 << 10 {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { break }
        text += buffer[..<count]
      }
      return flags(inCPUInfo: String(decoding: text, as: UTF8.self))
    }
  #else
    private static func has(_ features: [Feature]) -> Bool { false }
  #endif

  /// The flags in the text of `/proc/cpuinfo`, of the processor listed first.
  static func flags(inCPUInfo text: String) -> Set<String> {
    for line in text.split(separator: "\n") where line.hasPrefix("flags") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return Set(line[line.index(after: colon)...].split(separator: " ").map(String.init))
    }
    return []
  }
}
