// Express 4 has no types of its own, and the tests use it like Express 5.
declare module 'express4' {
  export { default } from 'express'
}
