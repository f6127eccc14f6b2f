// Where a text stops being JSON. V8 says so for some mistakes only; for the others the shortest beginning that is
// already wrong tells it.

/** What is wrong with a text that is not JSON, and where: `unexpected "x" at line 1, column 7`. */
export function positionIn(text: string): string {
  const end = text.length;
  const told = positionOf(messageOf(text));
  let [fine, wrong] = [0, end];
  if (told !== undefined) wrong = told;
  else if (!isBeginning(text))
    while (fine < wrong) {
      const middle = Math.floor((fine + wrong) / 2);
      if (isBeginning(text.slice(0, middle + 1))) fine = middle + 1;
      else wrong = middle;
    }
  const before = text.slice(0, wrong).split(/\r\n|\r|\n/);
  const what = wrong >= end ? "unexpected end" : `unexpected ${JSON.stringify([...text.slice(wrong)][0])}`;
  return `${what} at line ${before.length}, column ${before[before.length - 1].length + 1}`;
}

function messageOf(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

function positionOf(message: string): number | undefined {
  const told = /position (\d+)/.exec(message);
  return told ? Number(told[1]) : undefined;
}

/** Whether a text could go on to be JSON: it is JSON, or all that is wrong is its end. */
function isBeginning(text: string): boolean {
  const message = messageOf(text);
  return message === "" || message.includes("Unexpected end") || positionOf(message) === text.length;
}
