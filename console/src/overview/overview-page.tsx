import type { Overview } from '../gateway/answers';
import { answerOf } from '../gateway/problem';
import { useAnswer, useGateway } from '../gateway/use-gateway';
import { Answered, Nothing } from '../parts/answered';
import { Ago, Moment } from '../parts/moment';
import { Page, Section } from '../parts/page';
import { durationText } from '../parts/times';
import { LiveMark, useLive } from '../shell/overview-stream';
import { OutcomeTable, ParkedTable } from './overview-tables';
import { ObjectiveFigure, OpenFigures } from './overview-figures';
import { PlotPart } from './plot-part';

function TimeFigures(props: { readonly overview: Overview }) {
  const { duration, inconsistency, sampled } = props.overview;
  return (
    <>
      <div class="figures">
        <dl class="figure">
          <dt>Time to end, p50</dt>
          <dd>{durationText(duration?.p50Ms)}</dd>
          <dt>p99</dt>
          <dd>{durationText(duration?.p99Ms)}</dd>
        </dl>
        <dl class="figure figure-wide">
          <dt>Inconsistency window, p50</dt>
          <dd>{durationText(inconsistency?.p50Ms)}</dd>
          <dt>p99</dt>
          <dd>{durationText(inconsistency?.p99Ms)}</dd>
          <dt>longest</dt>
          <dd>{durationText(inconsistency?.maxMs)}</dd>
        </dl>
      </div>
      <p class="quiet">
        The inconsistency window is the time from the first effect of a saga to its end: for so long
        the services told different stories. Both are of the youngest {sampled} that ended.
      </p>
    </>
  );
}

function Drawn({ overview }: { readonly overview: Overview }) {
  return (
    <>
      <div class="figures">
        <ObjectiveFigure objective={overview.objective} />
        <OpenFigures open={overview.open} />
      </div>
      <Section title="How long it takes">
        <TimeFigures overview={overview} />
      </Section>
      <Section title="Ended sagas per minute">
        {overview.perMinute.length === 0 ? (
          <Nothing>No saga has ended in the last {overview.minutes} minutes.</Nothing>
        ) : (
          <PlotPart perMinute={overview.perMinute} />
        )}
      </Section>
      <Section title="Outcomes by saga">
        <OutcomeTable overview={overview} />
      </Section>
      <Section title="What is parked">
        <ParkedTable parked={overview.parked} />
      </Section>
      <p class="quiet">
        Since <Moment at={overview.since} />, as of <Moment at={overview.asOf} /> (
        <Ago at={overview.asOf} />)
      </p>
    </>
  );
}

/** How the sagas of the last hour did, live. */
export function OverviewPage() {
  const live = useLive();
  const { api } = useGateway();
  // Asked for once beside the stream: the page has figures even where streams do not get through.
  const asked = useAnswer((signal) => answerOf(api.GET('/overview', { signal })), []);
  const overview = live.overview ?? asked.answer;
  return (
    <Page title="Overview" aside={<LiveMark streamed={live} />}>
      {overview ? <Drawn overview={overview} /> : <Answered asked={asked}>{() => null}</Answered>}
    </Page>
  );
}
