// The protocol for peers in C++; see protocol.py. It reads only the JSON of that protocol: flat objects of numbers,
// lists of numbers, strings and booleans.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

/// The problem of a question: a game, and the plan after episode 0. Decisions and states of several numbers are stored
/// one after the other; parameters that are missing here are 1.
struct Problem {
  std::string game;
  std::vector<double> candidates, states, plan, rates;
  double discount, regularization;
};

/// Where the value of a key begins, or nullptr.
inline const char* find(const std::string& line, const char* key) {
  const auto at = line.find("\"" + std::string(key) + "\":");
  return at == std::string::npos ? nullptr : line.c_str() + line.find(':', at) + 1;
}

inline double readNumber(const std::string& line, const char* key) { return std::strtod(find(line, key), nullptr); }

inline std::vector<double> readList(const std::string& line, const char* key) {
  std::vector<double> list;
  const char* at = find(line, key);
  while (*at != '[') at++;
  for (at++; *at != ']';) {
    char* end;
    list.push_back(std::strtod(at, &end));
    at = *end == ',' ? end + 1 : end;
  }
  return list;
}

inline std::string readString(const std::string& line, const char* key) {
  const char* from = find(line, key);
  while (*from != '"') from++;
  const char* to = ++from;
  while (*to != '"') to++;
  return std::string(from, to);
}

inline Problem readProblem(const std::string& line) {
  return {readString(line, "game"),     readList(line, "candidates"), readList(line, "states"),
          readList(line, "plan"),       readList(line, "rates"),      readNumber(line, "discount"),
          readNumber(line, "regularization")};
}

/// The result of a request: the wall-clock time, the time by the GPU's own clock (negative without a GPU), and the
/// answer: the costs of all candidates at episode 0, or the numbers of the plan by episode.
struct Timing {
  double seconds, deviceSeconds;
  std::vector<double> found;
};

/// Reports why there is nothing to measure, and ends.
[[noreturn]] inline void absent(const std::string& why) {
  std::cout << "{\"absent\": \"" << why << "\"}" << std::endl;
  std::exit(0);
}

/// Answers until there are no more requests. `about` describes the peer, as JSON.
inline void serve(const std::string& about, const std::function<void(const Problem&)>& take,
                  const std::function<Timing(const std::string& variant, const std::string& wanted, int repeat)>& time) {
  std::cout << about << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    if (find(line, "states")) {
      take(readProblem(line));
      std::cout << "{}" << std::endl;
      continue;
    }
    const std::string wanted = readString(line, "wanted");
    const Timing timing = time(readString(line, "variant"), wanted, static_cast<int>(readNumber(line, "repeat")));
    std::printf("{\"seconds\": %.9g", timing.seconds);
    if (timing.deviceSeconds >= 0) std::printf(", \"deviceSeconds\": %.9g", timing.deviceSeconds);
    if (find(line, "answer")) {
      std::printf(", \"%s\": [", wanted.c_str());
      const char* separator = "";
      for (const double number : timing.found) {
        std::printf("%s%.17g", separator, number);
        separator = ", ";
      }
      std::printf("]");
    }
    std::printf("}\n");
    std::fflush(stdout);
  }
}

/// Seconds on a monotonic clock.
inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
