// Tensors as text; bad text is refused and never traps.

import Adjoint
import Foundation
import Testing

struct TensorCodableTests {
  @Test func theFormIsReadable() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(
      decoding: try encoder.encode(Tensor([0.1, .infinity, .nan, -.infinity], shape: [2, 2])),
      as: UTF8.self)
    #expect(text == #"{"dtype":"float32","shape":[2,2],"values":[0.1,"inf","nan","-inf"]}"#)
  }

  @Test(arguments: DType.allCases)
  func everyElementTypeComesBack(dtype: DType) throws {
    let tensor = Tensor([1, 0, 1], dtype: dtype)
    let copy = try JSONDecoder().decode(Tensor.self, from: JSONEncoder().encode(tensor))
    #expect(copy.type == tensor.type)
    #expect(copy.doubles == tensor.doubles)
  }

  @Test(arguments: [
    #"{"dtype":"float16","shape":[1],"values":[1]}"#,
    #"{"dtype":"float32","shape":[2],"values":[1]}"#,
    #"{"dtype":"float32","shape":[1],"values":[1,2]}"#,
    #"{"dtype":"float32","shape":[4294967296,4294967296],"values":[]}"#,
    #"{"dtype":"float32","shape":[1000000000000],"values":[1]}"#,
    #"{"dtype":"float32","shape":[-1],"values":[]}"#,
    #"{"dtype":"float32","shape":[1,1,1,1,1,1,1,1,1],"values":[1]}"#,
    #"{"dtype":"float32","shape":[1],"values":["one"]}"#,
    #"{"dtype":"int32","shape":[1],"values":[1.5]}"#,
    #"{"dtype":"int32","shape":[1],"values":[3000000000]}"#,
    #"{"dtype":"bool","shape":[1],"values":[1]}"#,
    #"{"dtype":"float32","shape":[1],"values":[null]}"#,
    #"{"dtype":"float32","shape":[1]}"#, "[]", "1",
  ])
  func badTextIsADecodingError(text: String) {
    #expect(throws: DecodingError.self) {
      _ = try JSONDecoder().decode(Tensor.self, from: Data(text.utf8))
    }
  }
}
