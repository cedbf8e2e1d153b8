// How a number is read from the environment of the process. It does not know what they mean.

import AdjointSupport

/// The positive number in an environment variable, if it holds one.
func environmentNumber(_ name: String) -> Int? {
  guard let text = getenv(name), let number = Int(String(cString: text)), number > 0 else {
    return nil
  }
  return number
}
