/** Small memory rather than the last per cent of speed: these processes idle on most machines. */
export const leanFlags = ['--max-semi-space-size=4', '--disable-warning=ExperimentalWarning'];
