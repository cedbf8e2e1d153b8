// What this file knows: which functions run the programs of the pages.

import Adjoint

enum Snippets {
  /// Every function with blocks that print; those in comments of the sources need only compile.
  static var all: [() throws -> Void] {
    ReadmeSnippets.all + GettingStartedSnippets.all + ModelSnippets.all + ImageSnippets.all
      + DesignSnippets.all
  }
}
