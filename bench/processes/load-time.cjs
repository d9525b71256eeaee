// Writes how many milliseconds it takes to require the packages that it is given the names of.
const { performance } = require('node:perf_hooks')
const { argv, stdout } = require('node:process')

const start = performance.now()
for (const name of argv.slice(2)) require(name)
stdout.write(String(performance.now() - start))
