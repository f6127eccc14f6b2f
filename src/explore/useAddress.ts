// The page's state, which the address holds too: it is read when the page opens and when somebody goes back, and
// written once a change has come to rest, so that one drag of a slider is one step of the history.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { addressOf, stateOf } from "./address.ts";
import type { State } from "./state.ts";

/** a change has come to rest after so long, in milliseconds */
const REST = 350;

/** The state, how to change it, and why the address could not be shown, if it could not. */
export function useAddress() {
  const [{ state, problem }, setBoth] = useState(() => stateOf(location.hash.slice(1)));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const follow = () => {
      clearTimeout(timer.current);
      setBoth(stateOf(location.hash.slice(1)));
    };
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);

  const change = useCallback((next: (before: State) => State) => {
    setBoth(({ state }) => {
      const changed = next(state);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const hash = `#${addressOf(changed)}`;
        if (hash !== location.hash) history.pushState(null, "", hash);
      }, REST);
      return { state: changed, problem: null };
    });
  }, []);

  return { state, problem, change };
}
