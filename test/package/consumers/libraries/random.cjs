// Random numbers that a seed reproduces, and delays made from them.
const { setTimeout } = require('node:timers')

/** Mulberry32: 32 bits of state are enough for delays. */
exports.createRandom = (seed) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs a function after 0 to 5 milliseconds. */
exports.soon = (random, run) => {
  setTimeout(run, Math.floor(random() * 6))
}
