// The average total mesa cost of every candidate of the game linear in CUDA, float32. A thread rolls out several states
// of one candidate side by side in registers. What all rollouts of an episode share is loaded from constant memory,
// once for all states of a thread. Before the timing, the fastest shape is found for each problem.
//
//     nvcc -std=c++17 -O3 -arch=native cuda_rollout.cu

#include <cuda_runtime.h>

#include <limits>
#include <memory>

#include "protocol.hpp"

/// threads of a block
constexpr int THREADS = 128;
/// the number of episodes that constant memory has room for
constexpr int MOST_EPISODES = 2048;

/// What all rollouts of an episode share: reach, gain, weight, and padding, so that one load reads them.
__constant__ float4 EPISODES[MOST_EPISODES];

#define CHECK(call)                                                                            \
  do {                                                                                         \
    const cudaError_t error = (call);                                                          \
    if (error != cudaSuccess) {                                                                \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, cudaGetErrorString(error));      \
      std::exit(1);                                                                            \
    }                                                                                          \
  } while (0)

/// Sums over the states of a slice, LANES at a time. Grid: (candidates / THREADS, slices).
template <int LANES, bool DISCOUNTED>
__global__ void __launch_bounds__(THREADS) rollOut(const float* __restrict__ candidates, int size,
                                                   const float* __restrict__ states, int groups, int episodes,
                                                   float rate, float regularization, float* __restrict__ sums) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= size) return;
  const float a = candidates[i];
  const float first = 1 - 2 * rate * (a * a + regularization);
  float sum = 0;
  for (int group = 0; group < groups; group++) {
    const float* goals = states + (blockIdx.y * groups + group) * LANES;
    float goal[LANES], theta[LANES], total[LANES];
#pragma unroll
    for (int s = 0; s < LANES; s++) {
      goal[s] = goals[s];
      const float miss = fmaf(a, goal[s], -goal[s]);
      total[s] = miss * miss;
      theta[s] = first * goal[s];
    }
#pragma unroll 4
    for (int k = 1; k < episodes; k++) {
      const float4 episode = EPISODES[k];
#pragma unroll
      for (int s = 0; s < LANES; s++) {
        const float miss = fmaf(episode.x, theta[s], -goal[s]);
        total[s] = fmaf(DISCOUNTED ? episode.z * miss : miss, miss, total[s]);
        theta[s] *= episode.y;
      }
    }
#pragma unroll
    for (int s = 0; s < LANES; s++) sum += total[s];
  }
  sums[static_cast<size_t>(blockIdx.y) * size + i] = sum;
}

/// The mean over the states, of the sums over their slices.
__global__ void average(const float* __restrict__ sums, int size, int slices, float states, float* __restrict__ costs) {
  const int i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= size) return;
  float sum = 0;
  for (int slice = 0; slice < slices; slice++) sum += sums[static_cast<size_t>(slice) * size + i];
  costs[i] = sum / states;
}

/// How the states are divided among threads.
struct Shape {
  int lanes, groups, slices;
};

/// Memory on the device that is freed with its owner.
struct Buffer {
  float* data = nullptr;

  explicit Buffer(size_t count) { CHECK(cudaMalloc(&data, count * sizeof(float))); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { cudaFree(data); }
};

/// A problem on the device.
class Prepared {
 public:
  explicit Prepared(const Problem& problem)
      : problem_(problem),
        size_(static_cast<int>(problem.candidates.size())),
        candidates_(problem.candidates.size()),
        states_(problem.states.size() + MOST_PADDING),
        sums_(static_cast<size_t>(MOST_SLICES) * problem.candidates.size()),
        costs_(problem.candidates.size()),
        back_(problem.candidates.size()) {
    put(candidates_, problem.candidates, problem.candidates.size());
    // states that are zero have the cost 0
    put(states_, problem.states, problem.states.size() + MOST_PADDING);
    std::vector<float4> episodes;
    double weight = 1;
    for (size_t k = 0; k < problem.rates.size(); k++, weight *= problem.discount) {
      const double a = problem.plan[k];
      const double gain = 1 - 2 * problem.rates[k] * (a * a + problem.regularization);
      episodes.push_back(
          make_float4(static_cast<float>(a), static_cast<float>(gain), static_cast<float>(weight), 0.0f));
    }
    CHECK(cudaMemcpyToSymbol(EPISODES, episodes.data(), episodes.size() * sizeof(float4)));
    CHECK(cudaEventCreate(&begin_));
    CHECK(cudaEventCreate(&end_));
    tune();
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() {
    cudaEventDestroy(begin_);
    cudaEventDestroy(end_);
  }

  /// Times the evaluation, with the costs read back each time, as a program that uses them would.
  Timing time(int repeat) {
    double device = 0;
    const double start = now();
    for (int i = 0; i < repeat; i++) {
      device += launch(shape_);
      CHECK(cudaMemcpy(back_.data(), costs_.data, back_.size() * sizeof(float), cudaMemcpyDeviceToHost));
    }
    const double seconds = (now() - start) / repeat;
    return {seconds, device / repeat, std::vector<double>(back_.begin(), back_.end())};
  }

 private:
  static constexpr int MOST_SLICES = 64;
  static constexpr int MOST_LANES = 32;
  /// the maximum number of zeros after the states: each slice may have one group more than it needs
  static constexpr int MOST_PADDING = MOST_SLICES * MOST_LANES;

  const Problem problem_;
  const int size_;
  Buffer candidates_, states_, sums_, costs_;
  std::vector<float> back_;
  cudaEvent_t begin_{}, end_{};
  Shape shape_{};

  static void put(Buffer& buffer, const std::vector<double>& numbers, size_t count) {
    std::vector<float> rounded(numbers.begin(), numbers.end());
    rounded.resize(count);
    CHECK(cudaMemcpy(buffer.data, rounded.data(), count * sizeof(float), cudaMemcpyHostToDevice));
  }

  template <int LANES>
  void roll(const Shape& shape) {
    const dim3 grid((size_ + THREADS - 1) / THREADS, shape.slices);
    const auto episodes = static_cast<int>(problem_.rates.size());
    const auto rate = static_cast<float>(problem_.rates[0]);
    const auto regularization = static_cast<float>(problem_.regularization);
    const auto kernel = problem_.discount == 1 ? rollOut<LANES, false> : rollOut<LANES, true>;
    kernel<<<grid, THREADS>>>(candidates_.data, size_, states_.data, shape.groups, episodes, rate, regularization,
                              sums_.data);
  }

  /// Computes the costs; returns the time on the device, in seconds.
  double launch(const Shape& shape) {
    CHECK(cudaEventRecord(begin_));
    switch (shape.lanes) {
      case 4: roll<4>(shape); break;
      case 8: roll<8>(shape); break;
      case 16: roll<16>(shape); break;
      default: roll<MOST_LANES>(shape);
    }
    CHECK(cudaGetLastError());
    average<<<(size_ + THREADS - 1) / THREADS, THREADS>>>(sums_.data, size_, shape.slices,
                                                          static_cast<float>(problem_.states.size()), costs_.data);
    CHECK(cudaGetLastError());
    CHECK(cudaEventRecord(end_));
    CHECK(cudaEventSynchronize(end_));
    float milliseconds;
    CHECK(cudaEventElapsedTime(&milliseconds, begin_, end_));
    return milliseconds / 1e3;
  }

  /// Finds the fastest shape.
  void tune() {
    const auto states = static_cast<int>(problem_.states.size());
    double least = std::numeric_limits<double>::infinity();
    for (const int lanes : {4, 8, 16, MOST_LANES})
      for (int slices = 1; slices <= MOST_SLICES; slices *= 2) {
        const int groups = (states + lanes * slices - 1) / (lanes * slices);
        const Shape shape{lanes, groups, slices};
        launch(shape);
        for (int i = 0; i < 3; i++) {
          const double seconds = launch(shape);
          if (seconds >= least) continue;
          least = seconds;
          shape_ = shape;
        }
      }
  }
};

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) absent("no CUDA device");
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  const std::string about = std::string("{\"name\": \"CUDA\", \"versions\": {\"nvcc\": \"") +
                            std::to_string(CUDART_VERSION / 1000) + "." + std::to_string(CUDART_VERSION % 1000 / 10) +
                            "\", \"device\": \"" + properties.name +
                            "\"}, \"device\": \"gpu\", \"variants\": [{\"name\": \"by hand\", \"bits\": 32, \"games\": [\"linear\"], " +
                            "\"wanted\": [\"costs\"]}]}";
  std::unique_ptr<Prepared> prepared;
  serve(
      about,
      [&](const Problem& problem) {
        if (problem.rates.size() > MOST_EPISODES) std::exit(1);
        prepared.reset();
        prepared = std::make_unique<Prepared>(problem);
      },
      [&](const std::string&, const std::string&, int repeat) { return prepared->time(repeat); });
}
