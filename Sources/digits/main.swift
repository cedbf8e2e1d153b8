// Where the program meets its process: arguments in, exit status out.

import Adjoint

exitProgram(DigitsProgram.run(Array(CommandLine.arguments.dropFirst()), on: .system()))
