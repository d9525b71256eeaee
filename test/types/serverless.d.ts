// The types of serverless-express need aws-lambda's, which aren't installed.
declare module 'aws-lambda' {
  export type Handler<Event, Result> = (
    event: Event,
    context: object,
    callback: () => void,
  ) => Promise<Result>
}
