// While anything is pending, Dawn's bindings poll by setImmediate. In tests the GPU computes and compiles on the CPU,
// and this polling would use nearly half of it. So in tests the bindings poll every millisecond.

const later = (callback, ...args) => setTimeout(callback, 1, ...args);
Object.assign(globalThis, { setImmediate: later });
