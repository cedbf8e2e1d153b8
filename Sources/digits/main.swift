// What this file knows: that a program has arguments and an exit status.

import Adjoint

exitProgram(DigitsProgram.run(Array(CommandLine.arguments.dropFirst()), on: .system()))
