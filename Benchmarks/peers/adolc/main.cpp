// The scalar workloads with ADOL-C, recorded and walked back in each step.
//
//   g++ -O3 -march=native main.cpp -ladolc -o peer && ./peer TITLE SECONDS

#include <adolc/adolc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

constexpr int count = 1000000;
constexpr short tag = 1;

// x <- sin(x) 0.9 + exp(-x^2) / (1 + x^2), y = sum of x.
adouble chain(const std::vector<adouble>& start) {
  adouble x = start[0], total = 0;
  for (int i = 0; i < count; ++i) {
    adouble square = x * x;
    x = sin(x) * 0.9 + exp(-square) / (1 + square);
    total += x;
  }
  return total;
}

adouble rosenbrock(const std::vector<adouble>& x) {
  adouble total = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    adouble a = 1 - x[i], b = x[i + 1] - x[i] * x[i];
    total += a * a + 100 * (b * b);
  }
  return total;
}

adouble product(const std::vector<adouble>& x) {
  adouble total = 1;
  for (const adouble& factor : x) total *= factor;
  return total;
}

// As in recipe.py.
std::vector<double> values(std::uint64_t stream, int size, double bound) {
  std::vector<double> result;
  for (int place = 0; place < size; ++place) {
    std::uint64_t z = ((stream << 32) + place + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    const double unit = std::ldexp(static_cast<double>((z ^ (z >> 31)) >> 40), -24);
    result.push_back(static_cast<float>((2 * unit - 1) * bound));
  }
  return result;
}

constexpr int dimensions = 10, components = 25, points = 1000;
constexpr int lowerCount = dimensions * (dimensions - 1) / 2;

adouble logSumExp(const adouble* terms) {
  double largest = terms[0].value();
  for (int k = 1; k < components; ++k) largest = std::max(largest, terms[k].value());
  adouble sum = 0;
  for (int k = 0; k < components; ++k) sum += exp(terms[k] - largest);
  return log(sum) + largest;
}

adouble mixture(const std::vector<adouble>& x) {
  static const std::vector<double> data = values(17, points * dimensions, 1);
  const adouble* means = &x[components];
  const adouble* factors = &x[components * (1 + dimensions)];
  const int width = dimensions + lowerCount;
  std::vector<adouble> diagonals(components * dimensions), determinants(components);
  std::vector<adouble> terms(components), centered(dimensions), mapped(dimensions);
  adouble total = 0;
  for (int k = 0; k < components; ++k) {
    determinants[k] = 0;
    for (int j = 0; j < dimensions; ++j) {
      determinants[k] += factors[k * width + j];
      diagonals[k * dimensions + j] = exp(factors[k * width + j]);
      total += 0.5 * diagonals[k * dimensions + j] * diagonals[k * dimensions + j];
    }
    for (int j = dimensions; j < width; ++j) {
      total += 0.5 * factors[k * width + j] * factors[k * width + j];
    }
  }
  for (int i = 0; i < points; ++i) {
    for (int k = 0; k < components; ++k) {
      for (int j = 0; j < dimensions; ++j) {
        centered[j] = data[i * dimensions + j] - means[k * dimensions + j];
        mapped[j] = diagonals[k * dimensions + j] * centered[j];
      }
      const adouble* element = &factors[k * width + dimensions];
      for (int column = 0; column < dimensions; ++column) {
        for (int row = column + 1; row < dimensions; ++row) {
          mapped[row] += *element++ * centered[column];
        }
      }
      adouble norm = 0;
      for (int j = 0; j < dimensions; ++j) norm += mapped[j] * mapped[j];
      terms[k] = x[k] + determinants[k] - 0.5 * norm;
    }
    total += logSumExp(terms.data());
  }
  return total - points * logSumExp(x.data());
}

int main(int argumentCount, char** arguments) {
  if (argumentCount != 3) return std::fprintf(stderr, "usage: peer TITLE SECONDS\n"), 64;
  const std::string title = arguments[1];
  const double seconds = std::atof(arguments[2]);
  std::vector<double> point;
  adouble (*function)(const std::vector<adouble>&);
  if (title == "scalar-chain") {
    point = {0.5};
    function = chain;
  } else if (title == "scalar-rosenbrock") {
    for (int i = 0; i < count; ++i) point.push_back((i % 7) * 0.1);
    function = rosenbrock;
  } else if (title == "scalar-product") {
    for (int i = 0; i < count; ++i) point.push_back(1 + 1e-7 * (i % 3));
    function = product;
  } else if (title == "scalar-mixture") {
    point = values(16, components * (1 + dimensions + dimensions + lowerCount), 0.5);
    function = mixture;
  } else {
    return std::printf("{\"error\": \"no such workload here: %s\"}\n", arguments[1]), 0;
  }

  std::vector<double> slope(point.size());
  std::vector<adouble> x(point.size());
  auto step = [&] {
    // 1 keeps the values that the reverse sweep needs. With the default buffers the tape would go
    // through files.
    const unsigned operations = 24 * count;
    trace_on(tag, 1, operations, 3 * operations, operations, operations);
    for (std::size_t i = 0; i < point.size(); ++i) x[i] <<= point[i];
    adouble y = function(x);
    double value;
    y >>= value;
    trace_off();
    double one = 1;
    fos_reverse(tag, 1, static_cast<int>(point.size()), &one, slope.data());
    return slope[0];
  };
  using Clock = std::chrono::steady_clock;
  const double check = step();
  std::vector<double> samples;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (samples.size() < 2 || Clock::now() < end) {
    const auto start = Clock::now();
    if (step() != check) return std::fprintf(stderr, "two steps gave two results\n"), 1;
    samples.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count());
  }
  std::sort(samples.begin(), samples.end());
  std::printf("{\"title\": \"%s\", \"median_ns\": %.1f, \"min_ns\": %.1f, \"check\": %.12g}\n",
              arguments[1], samples[samples.size() / 2], samples[0], check);
}
