// While anything is pending, Dawn's bindings ask for news by setImmediate, over and over. Here the GPU computes and compiles
// on the CPU, and asking so often takes near half of that away: so in tests they ask every millisecond.

const later = (callback, ...args) => setTimeout(callback, 1, ...args);
Object.assign(globalThis, { setImmediate: later });
