// The average total mesa cost of every candidate in CUDA, float32, and whole inductions. A thread rolls out several
// states of one candidate side by side in registers; a block has all states of its candidates, so it knows their costs.
// What all rollouts of an episode share is in shared memory, and is loaded once for all states of a thread. The minimum
// stays on the device, where the next step reads it: an induction is one graph of kernels. Before the timing, the
// fastest shape is found for each question.
//
//     nvcc -std=c++17 -O3 -arch=native cuda_rollout.cu

#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <numeric>

#include "games.hpp"
#include "protocol.hpp"

/// threads of a block
constexpr int THREADS = 128;

/// A cost's bits above the index of its decision. Costs are not negative, so the smallest number is the first decision
/// with the minimum cost.
using Choice = unsigned long long;
constexpr Choice NONE = ~Choice{0};

#define CHECK(call)                                                                            \
  do {                                                                                         \
    const cudaError_t error = (call);                                                          \
    if (error != cudaSuccess) {                                                                \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, cudaGetErrorString(error));      \
      std::exit(1);                                                                            \
    }                                                                                          \
  } while (0)

/// A problem on the device.
struct Given {
  /// the candidates, then the decisions of a plan
  const double* decisions;
  const float* states;
  const double* rates;
  int candidates, stateCount, episodes;
  double discount, regularization;
  /// by episode, what is chosen
  Choice* chosen;
  /// by candidate
  float* costs;
};

/// Aligned, so that one load reads several numbers.
template <typename Game>
struct alignas(sizeof(Game) > 8 ? 16 : 8) Episode {
  Game game;
};

/// The costs of all candidates at episode t, and the choice among them, given what is chosen later. A block has
/// THREADS / slices candidates, and a thread has every slices-th group of LANES states of one of them. DISCOUNTED:
/// whether the problem's discount is below 1.
template <typename Game, int LANES, bool DISCOUNTED>
__global__ void __launch_bounds__(THREADS) decide(const Given given, int t, int slices) {
  constexpr int DECISION = Game::DECISION, STATE = Game::STATE;
  extern __shared__ __align__(16) unsigned char memory[];
  auto* const later = reinterpret_cast<Episode<Game>*>(memory);
  const int laterCount = given.episodes - t - 1;
  for (int k = threadIdx.x; k < laterCount; k += THREADS) {
    const auto index = static_cast<unsigned>(given.chosen[t + 1 + k]);
    later[k].game = Game(given.decisions + index * DECISION, given.rates[t + 1 + k], given.regularization);
  }
  __syncthreads();

  const int width = THREADS / slices, slice = threadIdx.x / width;
  const int i = blockIdx.x * width + threadIdx.x % width;
  float sum = 0;
  if (i < given.candidates) {
    float decision[DECISION];
#pragma unroll
    for (int d = 0; d < DECISION; d++) decision[d] = static_cast<float>(given.decisions[i * DECISION + d]);
    const Game first(decision, static_cast<float>(given.rates[t]), static_cast<float>(given.regularization));
    for (int from = slice * LANES; from < given.stateCount; from += slices * LANES) {
      float own[LANES][STATE], x[LANES][STATE], total[LANES], weight[LANES];
#pragma unroll
      for (int s = 0; s < LANES; s++) {
#pragma unroll
        for (int j = 0; j < STATE; j++)
          own[s][j] = x[s][j] = from + s < given.stateCount ? given.states[(from + s) * STATE + j] : 0;
        const float miss = first.step(x[s], own[s]);
        total[s] = miss * miss;
        weight[s] = own[s][STATE - 1];
      }
      const auto discount = static_cast<float>(given.discount);
      float all = discount;
#pragma unroll 4
      for (int k = 0; k < laterCount; k++) {
        const Game game = later[k].game;
#pragma unroll
        for (int s = 0; s < LANES; s++) {
          const float miss = game.step(x[s], own[s]);
          total[s] += Game::OWN_DISCOUNT ? weight[s] * miss * miss : DISCOUNTED ? all * miss * miss : miss * miss;
          if (Game::OWN_DISCOUNT) weight[s] *= own[s][STATE - 1];
        }
        if (DISCOUNTED) all *= discount;
      }
#pragma unroll
      for (int s = 0; s < LANES; s++)
        if (from + s < given.stateCount) sum += total[s];
    }
  }

  __shared__ float sums[THREADS];
  sums[threadIdx.x] = sum;
  __syncthreads();
  Choice best = NONE;
  if (slice == 0 && i < given.candidates) {
    for (int other = 1; other < slices; other++) sum += sums[other * width + threadIdx.x];
    const float cost = sum / static_cast<float>(given.stateCount);
    given.costs[i] = cost;
    // NaN counts as infinite
    best = static_cast<Choice>(__float_as_uint(cost < INFINITY ? cost : INFINITY)) << 32 | i;
  }
  for (int offset = 16; offset > 0; offset /= 2) best = min(best, __shfl_down_sync(~0u, best, offset));
  if (threadIdx.x % 32 == 0 && best != NONE) atomicMin(given.chosen + t, best);
}

/// Numbers on the device, which are freed with their owner.
template <typename Number>
struct Buffer {
  const size_t size;
  Number* data = nullptr;

  explicit Buffer(size_t size) : size(size) { CHECK(cudaMalloc(&data, size * sizeof(Number))); }
  explicit Buffer(const std::vector<double>& numbers) : Buffer(numbers.size()) {
    write({numbers.begin(), numbers.end()});
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { cudaFree(data); }

  void write(const std::vector<Number>& numbers) {
    CHECK(cudaMemcpy(data, numbers.data(), size * sizeof(Number), cudaMemcpyHostToDevice));
  }

  std::vector<Number> read() const {
    std::vector<Number> numbers(size);
    CHECK(cudaMemcpy(numbers.data(), data, size * sizeof(Number), cudaMemcpyDeviceToHost));
    return numbers;
  }
};

/// How a question is divided: the kernel and the states that it has side by side, and the threads of a candidate.
struct Shape {
  void (*kernel)(Given, int t, int slices);
  int lanes, slices;
};

template <typename Game, int NUMBERS>
constexpr Shape shapeOf(bool discounted) {
  constexpr int LANES = NUMBERS / Game::STATE;
  return {discounted ? decide<Game, LANES, true> : decide<Game, LANES, false>, LANES, 1};
}

/// A question on the device: the costs at episode 0, or the plan.
template <typename Game>
class Question {
 public:
  Question(const Problem& problem, bool plan)
      : candidates_(problem.candidates), plan_(plan), decisions_(joined(problem.candidates, problem.plan)),
        states_(problem.states), rates_(problem.rates), chosen_(problem.rates.size()),
        costs_(problem.candidates.size() / Game::DECISION) {
    given_ = {decisions_.data, states_.data, rates_.data, static_cast<int>(costs_.size),
              static_cast<int>(problem.states.size() / Game::STATE), static_cast<int>(chosen_.size),
              problem.discount, problem.regularization, chosen_.data, costs_.data};
    // the decisions of the problem's plan come after the candidates
    std::vector<Choice> its(chosen_.size);
    std::iota(its.begin(), its.end(), costs_.size);
    chosen_.write(its);
    CHECK(cudaStreamCreate(&stream_));
    CHECK(cudaEventCreate(&begin_));
    CHECK(cudaEventCreate(&end_));
    tune(problem.discount != 1);
  }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  ~Question() {
    cudaEventDestroy(begin_);
    cudaEventDestroy(end_);
    cudaStreamDestroy(stream_);
  }

  /// Times the question, with the answer read back each time, as a program that uses it would.
  Timing time(int repeat) {
    double device = 0;
    std::vector<double> found;
    const double start = now();
    for (int i = 0; i < repeat; i++) {
      device += run(steps_);
      found = answer();
    }
    return {(now() - start) / repeat, device / repeat, found};
  }

 private:
  using Steps = std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, decltype(&cudaGraphExecDestroy)>;

  const std::vector<double> candidates_;
  const bool plan_;
  const Buffer<double> decisions_;
  const Buffer<float> states_;
  const Buffer<double> rates_;
  Buffer<Choice> chosen_;
  Buffer<float> costs_;
  Given given_;
  cudaStream_t stream_{};
  cudaEvent_t begin_{}, end_{};
  Steps steps_{nullptr, cudaGraphExecDestroy};

  static std::vector<double> joined(std::vector<double> first, const std::vector<double>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
  }

  std::vector<double> answer() const {
    std::vector<double> found;
    if (!plan_) {
      const auto costs = costs_.read();
      return {costs.begin(), costs.end()};
    }
    for (const Choice choice : chosen_.read()) {
      const auto decision = candidates_.begin() + static_cast<unsigned>(choice) * Game::DECISION;
      found.insert(found.end(), decision, decision + Game::DECISION);
    }
    return found;
  }

  /// All steps of the question, as one graph.
  Steps record(const Shape& shape) const {
    const int width = THREADS / shape.slices, blocks = (given_.candidates + width - 1) / width;
    // blocks have 48 KiB, which is enough for 1,500 episodes
    const size_t shared = given_.episodes * sizeof(Episode<Game>);
    CHECK(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
    if (plan_) CHECK(cudaMemsetAsync(given_.chosen, 0xff, given_.episodes * sizeof(Choice), stream_));
    for (int t = plan_ ? given_.episodes - 1 : 0; t >= 0; t--) {
      shape.kernel<<<blocks, THREADS, shared, stream_>>>(given_, t, shape.slices);
      CHECK(cudaGetLastError());
    }
    cudaGraph_t graph;
    CHECK(cudaStreamEndCapture(stream_, &graph));
    cudaGraphExec_t steps;
    CHECK(cudaGraphInstantiate(&steps, graph, 0));
    CHECK(cudaGraphDestroy(graph));
    return {steps, cudaGraphExecDestroy};
  }

  /// Answers the question; returns the time on the device, in seconds.
  double run(const Steps& steps) const {
    CHECK(cudaEventRecord(begin_, stream_));
    CHECK(cudaGraphLaunch(steps.get(), stream_));
    CHECK(cudaEventRecord(end_, stream_));
    CHECK(cudaEventSynchronize(end_));
    float milliseconds;
    CHECK(cudaEventElapsedTime(&milliseconds, begin_, end_));
    return milliseconds / 1e3;
  }

  /// Finds the fastest shape.
  void tune(bool discounted) {
    double least = std::numeric_limits<double>::infinity();
    for (Shape shape : {shapeOf<Game, 4>(discounted), shapeOf<Game, 8>(discounted), shapeOf<Game, 16>(discounted),
                        shapeOf<Game, 32>(discounted)})
      // more threads than states would be idle
      for (; shape.slices <= THREADS && shape.slices / 2 * shape.lanes < given_.stateCount; shape.slices *= 2) {
        Steps steps = record(shape);
        run(steps);
        double seconds = run(steps);
        for (int i = 0; i < 2; i++) seconds = std::min(seconds, run(steps));
        if (seconds >= least) continue;
        least = seconds;
        steps_ = std::move(steps);
      }
  }
};

template <typename Game>
std::function<Timing(int)> ask(const Problem& problem, const std::string& wanted) {
  const auto question = std::make_shared<Question<Game>>(problem, wanted == "plan");
  return [question](int repeat) { return question->time(repeat); };
}

std::function<Timing(int)> ask(const Problem& problem, const std::string& wanted) {
  if (problem.game == "misconception") return ask<Misconception<float>>(problem, wanted);
  if (problem.game == "learned-discount") return ask<LearnedDiscount<float>>(problem, wanted);
  return ask<Linear<float>>(problem, wanted);
}

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) absent("no CUDA device");
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  const std::string nvcc = std::to_string(CUDART_VERSION / 1000) + "." + std::to_string(CUDART_VERSION % 1000 / 10);
  Problem problem;
  std::map<std::string, std::function<Timing(int)>> questions;
  serve("{\"versions\": {\"nvcc\": \"" + nvcc + "\", \"device\": \"" + properties.name +
            "\"}, \"device\": \"gpu\", \"variants\": [" + variantOf("by hand", 32) + "]}",
        [&](const Problem& given) {
          questions.clear();
          problem = given;
        },
        [&](const std::string&, const std::string& wanted, int repeat) {
          auto& question = questions[wanted];
          if (!question) question = ask(problem, wanted);
          return question(repeat);
        });
}
