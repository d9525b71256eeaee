// It has no types of its own, and is used here as Express 5 is.
declare module 'express4' {
  export { default } from 'express'
}
