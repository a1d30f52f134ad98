import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Minute } from '../gateway/answers';
import { Nothing } from '../parts/answered';
import { Moment } from '../parts/moment';
import { durationText } from '../parts/times';

type Plot = FunctionComponent<{ readonly perMinute: readonly Minute[] }>;

/** The plot's code comes after the page, so that no figure waits for it; `none` where it cannot be run. */
function usePlot(): Plot | 'none' | undefined {
  const [plot, setPlot] = useState<{ readonly component: Plot | 'none' }>();
  useEffect(() => {
    import('./plot').then(
      ({ default: component }) => setPlot({ component }),
      () => setPlot({ component: 'none' }),
    );
  }, []);
  return plot?.component;
}

function PlotPlace(props: { readonly perMinute: readonly Minute[] }) {
  const EndsPlot = usePlot();
  if (EndsPlot === 'none')
    return <Nothing>This browser does not draw the plot. The table below says the same.</Nothing>;
  return <div class="plot-place">{EndsPlot && <EndsPlot {...props} />}</div>;
}

/** The plot, and its numbers for whoever does not see it. */
export function PlotPart(props: { readonly perMinute: readonly Minute[] }) {
  const { perMinute } = props;
  return (
    <>
      <PlotPlace perMinute={perMinute} />
      <details>
        <summary>The plot as a table</summary>
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Ends in each minute">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Minute</th>
                <th scope="col">Completed</th>
                <th scope="col">Compensated</th>
                <th scope="col">Cancelled</th>
                <th scope="col">p99</th>
              </tr>
            </thead>
            <tbody>
              {perMinute.toReversed().map((minute) => (
                <tr key={minute.at}>
                  <td>
                    <Moment at={minute.at} />
                  </td>
                  <td>{minute.completed}</td>
                  <td>{minute.compensated}</td>
                  <td>{minute.cancelled}</td>
                  <td>{durationText(minute.p99Ms)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}
