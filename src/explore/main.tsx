// Where the page starts.

import { render } from "preact";
import "./explore.css";
import { App } from "./App.tsx";

render(<App />, document.getElementById("page")!);
