// Writes how many milliseconds it takes to import the packages that it is given the names of.
import { performance } from 'node:perf_hooks'
import { argv, stdout } from 'node:process'

const start = performance.now()
for (const name of argv.slice(2)) await import(name)
stdout.write(String(performance.now() - start))
