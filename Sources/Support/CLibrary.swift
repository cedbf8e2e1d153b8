// The C library of the system under one name: mathematical functions, memory, threads and files.
//
// Every room that calls C imports this module instead of asking which system it is compiled for, so
// a new system is one more line here. Foundation would bring the same functions, but the rooms from
// Elementary to Differentiation do without it.

#if canImport(Darwin)
  @_exported import Darwin
#elseif canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#elseif canImport(Android)
  @_exported import Android
#elseif canImport(ucrt)
  @_exported import ucrt
#endif
