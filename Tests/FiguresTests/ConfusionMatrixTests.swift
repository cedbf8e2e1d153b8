// Counting answers.

import Testing

@testable import AdjointFigures

@Suite struct ConfusionMatrixTests {
  let matrix = ConfusionMatrix(
    labels: [0, 0, 1, 2, 2, 2], answers: [0, 1, 1, 2, 2, 0], classNames: ["0", "1", "2"])

  @Test func countsAndAccuracy() {
    #expect(matrix.counts == [[1, 1, 0], [0, 1, 0], [1, 0, 2]])
    #expect(matrix.total == 6 && matrix.correct == 4)
    #expect(matrix.accuracy == 4.0 / 6)
  }

  @Test func asText() {
    #expect(
      matrix.text(subject: "digit") == """
        true digit | 0 1 2
        -----------+------
                 0 | 1 1 .
                 1 | . 1 .
                 2 | 1 . 2
        """)
  }
}
