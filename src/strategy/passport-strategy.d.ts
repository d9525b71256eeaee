// passport-strategy ships no types, and @types/passport-strategy would make Express' types a
// dependency of ours. Only what the Strategy here needs is declared; this file is not published.
declare module 'passport-strategy' {
  export default class PassportStrategy {
    success: (user: unknown, info?: unknown) => void
    fail: (challenge?: unknown, status?: number) => void
    error: (err: unknown) => void
  }
}
