// A model as a result beside a loss: the way of statistics that change in training.

import Adjoint
import Testing

@Suite struct ModelAuxiliaryTests {
  struct Centered: Model {
    var weight: Tensor
    @Untrained var mean: Tensor

    /// The result for a batch, with the running mean moved toward that of the batch.
    mutating func trained(on x: Tensor) -> Tensor {
      mean = 0.5 * mean + 0.5 * x.mean(over: 0)
      return (x - mean) * weight
    }
  }

  // mean = (0 + 3)/2 = 1.5; x - mean = [0.5, 2.5]; the slope of the sum is 3.
  @Test func runningStatisticsLeaveTheFunction() throws {
    var model = Centered(weight: Tensor(2), mean: Tensor(0))
    let x = Tensor([2, 4])
    let (loss, slope, changed) = try valueWithGradientAndAuxiliary(at: model) { model in
      var model = model
      let y = model.trained(on: x)
      return (y.sum(), model)
    }
    #expect(loss.item == 6 && slope.weight.item == 3)
    #expect(changed.mean.item == 1.5 && changed.weight.item == 2)
    #expect(changed.state.allSatisfy { !$0.value.isRecorded })
    model = changed
    #expect(model.mean.item == 1.5)
  }
}
