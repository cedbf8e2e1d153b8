// Which functions run the programs of the pages.

import Adjoint

enum Snippets {
  /// Every function with blocks that print.
  static var all: [() throws -> Void] {
    ReadmeSnippets.all + GettingStartedSnippets.all + ModelSnippets.all + ImageSnippets.all
      + DesignSnippets.all + CommentSnippets.all
  }
}
