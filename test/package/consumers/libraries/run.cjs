// Runs strategies of this package, and of passport-client-cert, for three clients, with verify
// callbacks that look users up in real libraries. Prints the results of each client's requests as
// JSON.
const process = require('node:process')
const passport = require('passport')
const { Strategy } = require('passport-client-certificate-auth')
const old = require('passport-client-cert')
const { openConnections } = require('./connections.cjs')
const { openLibraries } = require('./libraries.cjs')
const { nestStrategies } = require('./nest.cjs')
const { createRandom } = require('./random.cjs')
const { USERS } = require('./users.cjs')
const { WRAPPERS } = require('./wrappers.cjs')

const [seed, plainRequests, wrappedRequests] = process.argv.slice(2).map(Number)
/** Long enough for every lookup on any machine. */
const PATIENT_MS = 120_000
const HASTY_MS = 20
const AT_A_TIME = 50

const random = createRandom(seed)
let strategies = 0

/** Registers a strategy under its own name, and returns Passport's middleware for it. */
function guard(strategy, name = `s${(strategies += 1)}`) {
  passport.use(name, strategy)
  return (req) =>
    new Promise((resolve) => {
      const answer = (error, user) => resolve(describe(error, user))
      passport.authenticate(name, { session: false }, answer)(req, {}, resolve)
    })
}

function describe(error, user) {
  if (error) return String(error.code ?? error.message ?? error)
  return user ? `accepted ${user.cn}` : 'rejected'
}

/** Counts the results of each client's requests. Clients come in any order, many at a time. */
async function count(makeGuard, connections, times, isFresh = false) {
  const ask = isFresh ? (req) => makeGuard()(req) : makeGuard()
  const ends = { alice: {}, mallory: {}, eve: {} }
  const queue = Object.entries({ alice: times, mallory: times, eve: times / 10 })
    .flatMap(([client, length]) => Array.from({ length }, () => ({ client, order: random() })))
    .sort((a, b) => a.order - b.order)
  const work = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const end = await ask(connections.requestOf(next.client))
      const counts = ends[next.client]
      counts[end] = (counts[end] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work))
  return ends
}

async function tryWrapped(library, style, title, verify, wrapper, connections) {
  const wrap = () => WRAPPERS[wrapper](verify)
  const { length } = wrap()
  const answers = style === 'calling' || length === 1
  const verifyTimeoutMs = answers ? PATIENT_MS : HASTY_MS
  // _.once() remembers the first answer, so each request needs its own function.
  const isFresh = wrapper === '_.once()'
  const makeGuard = () => guard(new Strategy({ verifyTimeoutMs }, wrap()))
  const makeOld = () => guard(new old.Strategy(verify))
  const isPlain = wrapper === 'none'
  const times = isPlain ? plainRequests : wrappedRequests
  return {
    verify: `${library}: ${title}`,
    style,
    wrapper,
    length,
    answers,
    times,
    ends: await count(makeGuard, connections, times, isFresh),
    ...(isPlain && style === 'calling' && { oldEnds: await count(makeOld, connections, times) }),
  }
}

async function tryLibrary({ name, calling, returning }, connections) {
  const rows = []
  for (const [style, verifies] of Object.entries({ calling, returning })) {
    for (const [title, verify] of Object.entries(verifies)) {
      for (const wrapper of Object.keys(WRAPPERS)) {
        rows.push(await tryWrapped(name, style, title, verify, wrapper, connections))
      }
    }
  }
  return rows
}

async function main() {
  const connections = await openConnections()
  const { libraries, close } = await openLibraries(random)
  const tried = libraries.map((library) => tryLibrary(library, connections))
  const rows = (await Promise.all(tried)).flat()
  const users = new Map(USERS.filter(({ enabled }) => enabled).map((user) => [user.cn, user]))
  for (const { title, length, make } of nestStrategies(Strategy, users)) {
    const ask = () => {
      const name = `nest${(strategies += 1)}`
      return guard(make(name), name)
    }
    const times = plainRequests
    const ends = await count(ask, connections, times)
    const verify = `NestJS: ${title}`
    rows.push({ verify, style: 'calling', wrapper: 'none', length, answers: true, times, ends })
  }
  await close()
  connections.close()
  // On its own line, because a library may also print something.
  process.stdout.write(`\n${JSON.stringify(rows)}\n`)
}

main()
