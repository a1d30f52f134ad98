/** Hears what is written to standard output in each test of a file; answers what was said in this one so far. */
export function hearOutput(): () => string {
  let said = '';
  beforeEach(() => {
    said = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(() => jest.restoreAllMocks());
  return () => said;
}
