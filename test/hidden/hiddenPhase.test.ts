// What agents know about the phase, by hand: in quarters and eighths, which float64 represents exactly.
import { describe, expect, test } from "vitest";
import type { PhaseChain } from "../../src/game/hidden.ts";
import { games } from "../../src/index.ts";
import { createHiddenPhase } from "../../src/model/hiddenPhase.ts";

const phases = (hazard: number, signalError: number) =>
  games.get("uncertain-deployment")!.hidden!.phases({ hazard, signalError, discount: 1, regularization: 0 });

test("without a hidden phase there is one phase, which trains, and its signal carries no information", () => {
  expect(createHiddenPhase(undefined, 2)).toMatchObject({
    phases: 1,
    signals: 1,
    trains: [true],
    prior: [[1], [1]],
    beliefAt: [[1], [1]],
    beliefs: [[[1]], [[1]]],
  });
});

// hazard 1/2, signal wrong with 1/4:
//   t = 0: P(training) = 1,   P(like training) = 3/4
//   t = 1: P(training) = 1/2, P(like training) = 1/2·3/4 + 1/2·1/4 = 1/2
//          P(training | like training) = (3/8)/(1/2) = 3/4,  P(training | like deployment) = (1/8)/(1/2) = 1/4
//   t = 2: P(training) = 1/4, P(like training) = 1/4·3/4 + 3/4·1/4 = 3/8
//          P(training | like training) = (3/16)/(3/8) = 1/2, P(training | like deployment) = (1/16)/(5/8) = 1/10
test("three episodes by hand", () => {
  const hiddenPhase = createHiddenPhase(phases(1 / 2, 1 / 4), 3);
  expect(hiddenPhase.trains).toEqual([true, false]);
  expect(hiddenPhase.prior).toEqual([
    [1, 0],
    [1 / 2, 1 / 2],
    [1 / 4, 3 / 4],
  ]);
  expect(hiddenPhase.beliefAt).toEqual([
    [3 / 4, 1 / 4],
    [1 / 2, 1 / 2],
    [3 / 8, 5 / 8],
  ]);
  expect(hiddenPhase.beliefs).toEqual([
    [
      [1, 0],
      [1, 0],
    ],
    [
      [3 / 4, 1 / 4],
      [1 / 4, 3 / 4],
    ],
    [
      [1 / 2, 1 / 2],
      [1 / 16 / (5 / 8), 9 / 16 / (5 / 8)],
    ],
  ]);
});

describe("at the ends", () => {
  test("hazard 0: training for ever, for every signal", () => {
    const { prior, beliefAt, beliefs } = createHiddenPhase(phases(0, 1 / 4), 4);
    expect(prior).toEqual(new Array(4).fill([1, 0]));
    expect(beliefAt).toEqual(new Array(4).fill([3 / 4, 1 / 4]));
    expect(beliefs.flat()).toEqual(new Array(8).fill([1, 0]));
  });

  test("hazard 1: training at the first episode only", () => {
    const { prior, beliefs } = createHiddenPhase(phases(1, 1 / 4), 3);
    expect(prior).toEqual([
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
    expect(beliefs.slice(1).flat()).toEqual(new Array(4).fill([0, 1]));
  });

  test("signalError 1/2: the signal carries no information", () => {
    const { prior, beliefs } = createHiddenPhase(phases(1 / 4, 1 / 2), 5);
    for (const [t, [afterTraining, afterDeployment]] of beliefs.entries()) {
      expect(afterTraining).toEqual(prior[t]);
      expect(afterDeployment).toEqual(prior[t]);
    }
  });

  test.each([
    [0, [1, 0], [0, 1]],
    [1, [0, 1], [1, 0]],
  ])("signalError %d: the signal determines the phase", (signalError, first, second) => {
    const { beliefs } = createHiddenPhase(phases(1 / 4, signalError), 3);
    // at the first episode one of the signals cannot occur: then only its likelihood counts
    expect(beliefs).toEqual(new Array(3).fill([first, second]));
  });
});

test("a signal that no phase gives leaves the phases equally likely", () => {
  const deaf: PhaseChain = {
    initial: [1, 0],
    trains: [true, false],
    transition: [
      [1 / 2, 1 / 2],
      [0, 1],
    ],
    likelihood: [
      [1, 0, 0],
      [0, 1, 0],
    ],
  };
  const { beliefs, beliefAt } = createHiddenPhase(deaf, 2);
  expect(beliefs[0]).toEqual([
    [1, 0],
    [0, 1],
    [1 / 2, 1 / 2],
  ]);
  expect(beliefAt[1]).toEqual([1 / 2, 1 / 2, 0]);
});
