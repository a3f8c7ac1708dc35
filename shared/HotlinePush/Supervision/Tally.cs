namespace HotlinePush.Supervision;

/// <summary>A share: so many of so many.</summary>
public readonly record struct Share(int Numerator, int Denominator)
{
    /// <summary>0–1, to four places; null of nothing.</summary>
    public double? Rate => Denominator == 0 ? null : Math.Round((double)Numerator / Denominator, 4);
}

/// <summary>What is counted of a set of tickets. Tallies of disjoint sets add up.</summary>
public sealed class Tally
{
    private enum At { Received, Open, Closed, AtDesk, Void, Merged, Unreached, Redos, Returns, Urgent, Alarmed, Overdue, Parked, First }

    private const int PerMeasure = 4;
    private static readonly int Size = (int)At.First + Measures.All.Count * PerMeasure;

    private readonly int[] _counts;

    public Tally() => _counts = new int[Size];

    /// <param name="counts">As <see cref="ToArray"/> gave them; shorter ones are filled up.</param>
    public Tally(ReadOnlySpan<int> counts) : this() => counts[..Math.Min(counts.Length, Size)].CopyTo(_counts);

    public int Received => _counts[(int)At.Received];
    public int Open => _counts[(int)At.Open];
    public int Closed => _counts[(int)At.Closed];
    public int AnsweredAtDesk => _counts[(int)At.AtDesk];

    /// <summary>Ended without an answer, merged ones among them.</summary>
    public int Void => _counts[(int)At.Void];
    public int Merged => _counts[(int)At.Merged];
    public int Unreached => _counts[(int)At.Unreached];
    public int Redos => _counts[(int)At.Redos];
    public int Returns => _counts[(int)At.Returns];
    public int Urgent => _counts[(int)At.Urgent];
    public int Alarmed => _counts[(int)At.Alarmed];
    public int Overdue => _counts[(int)At.Overdue];
    public int Parked => _counts[(int)At.Parked];

    public Share Raw(Measure measure) => new(_counts[Of(measure)], _counts[Of(measure) + 1]);

    /// <summary>Without the tickets that approved appeals took out.</summary>
    public Share AfterExclusions(Measure measure) => new(_counts[Of(measure) + 2], _counts[Of(measure) + 3]);

    /// <summary>Points lost that no appeal has taken away.</summary>
    public int Lost => Measures.Contestable.Sum(m => Raw(m).Denominator - Raw(m).Numerator);

    public void Add(TicketFact fact, DateTimeOffset now)
    {
        Count(At.Received, true);
        Count(At.Open, fact.IsOpen);
        Count(At.Closed, fact.State == Tickets.TicketState.Closed);
        Count(At.AtDesk, fact.EndReason == Tickets.EndReasons.AnsweredAtDesk);
        Count(At.Void, fact.IsVoid);
        Count(At.Merged, fact.State == Tickets.TicketState.Merged);
        Count(At.Unreached, fact.EndReason == Tickets.EndReasons.Unreachable);
        Count(At.Urgent, fact.Urgent);
        Count(At.Alarmed, fact.Alarmed);
        Count(At.Parked, fact.Parked);
        Count(At.Overdue, Measures.IsOverdue(fact, now));
        _counts[(int)At.Redos] += fact.Redos;
        _counts[(int)At.Returns] += fact.Returns;
        foreach (var measure in Measures.All)
        {
            if (Measures.Of(fact, measure, now) is not { } good)
                continue;
            var at = Of(measure);
            var kept = !Measures.IsExcluded(fact, measure);
            _counts[at] += good ? 1 : 0;
            _counts[at + 1]++;
            _counts[at + 2] += good && kept ? 1 : 0;
            _counts[at + 3] += kept ? 1 : 0;
        }
    }

    public void Add(Tally other)
    {
        for (var i = 0; i < Size; i++)
            _counts[i] += other._counts[i];
    }

    public int[] ToArray() => [.. _counts];

    private void Count(At at, bool yes) => _counts[(int)at] += yes ? 1 : 0;

    private static int Of(Measure measure) => (int)At.First + (int)measure * PerMeasure;
}
