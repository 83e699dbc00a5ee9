/** Requests and bad ones of one arm; what they are is the source's to say: orders and failed ones, say. */
export interface ArmCount {
  requests: number;
  bad: number;
}

/** Another place than the gateway that counts what a release does, arm by arm. */
export interface MetricSource {
  /** Shown to people; lower case, unique among the sources. */
  readonly name: string;
  /**
   * What both deploys did from the second `from` to the one before `before` (since 1970), whole seconds only. null: it
   * cannot say yet; asked again with the next second, so counts may not be given twice. Repeatable.
   */
  counts(of: {
    environment: string;
    candidate: string;
    stable: string;
    from: number;
    before: number;
  }): Promise<{ candidate: ArmCount; stable: ArmCount } | null>;
}
