// The episodes one after the other: a button that plays them, a slider to move among them, and what happens in the
// shown episode: the output, how gradient descent moves the goal, and how much of the goal is left.

import { useEffect, useState } from "preact/hooks";
import type { Trajectory } from "../index.ts";
import { shortly } from "../report/wording.ts";

/** the maximum time to play all episodes, and to show one of them, in milliseconds */
const PLAY = { all: 9000, one: 400 };

const prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

interface ScrubberProps {
  readonly episode: number;
  /** the number of episodes to move among */
  readonly count: number;
  readonly onEpisode: (episode: number) => void;
}

/** If the reader prefers reduced motion, the button moves on by one episode. */
export function Scrubber({ episode, count, onEpisode }: ScrubberProps) {
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    if (!isPlaying) return;
    if (episode >= count - 1) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => onEpisode(episode + 1), Math.min(PLAY.one, PLAY.all / count));
    return () => clearTimeout(timer);
  }, [isPlaying, episode, count]);
  const isStill = prefersStillness();
  const press = () => {
    const isOver = episode >= count - 1;
    if (isStill) onEpisode(isOver ? 0 : episode + 1);
    else {
      if (isOver && !isPlaying) onEpisode(0);
      setPlaying(!isPlaying);
    }
  };
  return (
    <div class="scrubber">
      <button type="button" onClick={press}>
        {isStill ? "Next episode" : isPlaying ? "Pause" : "Play"}
      </button>
      <input
        type="range"
        aria-label="Episode"
        min={0}
        max={count - 1}
        step={1}
        value={episode}
        onInput={(event) => {
          setPlaying(false);
          onEpisode(event.currentTarget.valueAsNumber);
        }}
      />
    </div>
  );
}

/** size and margins of the number line, in its own units */
const LINE = { width: 400, height: 64, left: 16, right: 16, y: 34 };
/** the shortest move of the goal that is drawn as an arrow, in the number line's units */
const SHORTEST = 3;

interface GoalLineProps {
  readonly trajectory: Trajectory;
  readonly episode: number;
  /** how many episodes the line's range covers */
  readonly window: number;
}

/** One episode, on a number line and in a sentence. */
export function GoalLine({ trajectory, episode, window }: GoalLineProps) {
  const { theta, output, learningRate } = trajectory;
  const [goal, next, first] = [theta[episode], theta[episode + 1], theta[0]];
  const y = output?.[episode];
  const values = [0, ...theta.slice(0, window + 1), ...(output?.slice(0, window) ?? [])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  const at = (x: number) => LINE.left + ((x - low) / span) * (LINE.width - LINE.left - LINE.right);
  const pull = next - goal;
  const isTraining = learningRate[episode] > 0;
  const shares =
    first !== 0 && y !== undefined && goal !== 0 ? ` (${shortly((100 * y) / goal)} % of its goal)` : "";
  const left = first === 0 ? "" : ` ${shortly((100 * next) / first)} % of the first goal is left.`;
  return (
    <div class="goal-line">
      <svg viewBox={`0 0 ${LINE.width} ${LINE.height}`} aria-hidden="true">
        <line x1={LINE.left} x2={LINE.width - LINE.right} y1={LINE.y} y2={LINE.y} stroke="var(--axis)" />
        <line x1={at(0)} x2={at(0)} y1={LINE.y - 6} y2={LINE.y + 6} stroke="var(--axis)" />
        <text x={at(0)} y={LINE.y + 24} text-anchor="middle" fill="var(--faint)">
          0
        </text>
        <circle
          cx={at(first)}
          cy={LINE.y}
          r={6}
          fill="none"
          stroke="var(--line-goal)"
          stroke-dasharray="2 2"
        />
        {isTraining && Math.abs(at(next) - at(goal)) >= SHORTEST && (
          <path
            d={`M${at(goal)} ${LINE.y - 14}H${at(next)}m${pull < 0 ? 5 : -5} -4l${pull < 0 ? -5 : 5} 4l${pull < 0 ? 5 : -5} 4`}
            fill="none"
            stroke="var(--ink)"
            stroke-width={1.6}
          />
        )}
        <circle cx={at(goal)} cy={LINE.y} r={5} fill="var(--line-goal)" />
        <text x={at(goal)} y={LINE.y + 24} text-anchor="middle" fill="var(--line-goal)">
          θ
        </text>
        {y !== undefined && (
          <>
            <path d={`M${at(y)} ${LINE.y - 7}l6 11h-12z`} fill="var(--line-output)" />
            <text x={at(y)} y={LINE.y - 14} text-anchor="middle" fill="var(--line-output)">
              y
            </text>
          </>
        )}
      </svg>
      <p>
        Episode {episode}, {isTraining ? "training" : "deployment"}:{" "}
        {y !== undefined && `the output is ${shortly(y)}${shares}, and `}
        {isTraining
          ? `gradient descent moves the goal by ${shortly(pull)}, to ${shortly(next)}.`
          : `nothing changes the goal, ${shortly(goal)}.`}
        {left}
      </p>
    </div>
  );
}
