using HotlinePush.Clocks;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Supervision;

/// <summary>How measures make one figure. Whole numbers from 0; what counts is their proportion.</summary>
public sealed record ScoreWeights(int Response, int Resolution, int Satisfaction, int Resolved = 0)
{
    public int Of(Measure measure) => measure switch
    {
        Measure.Response => Response,
        Measure.Resolution => Resolution,
        Measure.Satisfaction => Satisfaction,
        _ => Resolved,
    };
}

/// <summary>One version of the score rules; once stored it never changes.</summary>
/// <param name="Version">Counts from 1, which is the product's own.</param>
/// <param name="MinDenominator">A measure of fewer tickets says too little and is left out of the score.</param>
/// <param name="EffectiveFrom">A period is scored by the latest rule in force on its first day, so that nobody is measured by a rule that came later.</param>
public sealed record ScoreRule(int Version, ScoreWeights Weights, int MinDenominator, DateOnly EffectiveFrom)
{
    public static readonly ScoreRule First = new(1, new(20, 40, 40), 5, new(2000, 1, 1));

    /// <summary>0–100 to one place: the weighted mean of the rates that have enough tickets behind them; null where none has.</summary>
    public double? Score(Tally tally, bool afterExclusions)
    {
        var (sum, weights) = (0.0, 0);
        foreach (var measure in Measures.All)
        {
            var share = afterExclusions ? tally.AfterExclusions(measure) : tally.Raw(measure);
            if (Weights.Of(measure) == 0 || share.Denominator < MinDenominator || share.Rate is null)
                continue;
            sum += Weights.Of(measure) * (double)share.Numerator / share.Denominator;
            weights += Weights.Of(measure);
        }

        return weights == 0 ? null : Math.Round(100 * sum / weights, 1, MidpointRounding.AwayFromZero);
    }
}

/// <summary>A new version, to be in force from a day on.</summary>
public sealed record NewScoreRule(ScoreWeights Weights, int MinDenominator, DateOnly EffectiveFrom)
{
    private const int MostWeight = 1_000;
    private const int MostDenominator = 100_000;

    public Refusal? Problem()
    {
        var check = new Check();
        foreach (var measure in Measures.All)
            check.Range($"weights.{measure.Word()}", Weights.Of(measure), 0, MostWeight);
        check.That(Measures.All.Any(m => Weights.Of(m) > 0), "weights", "outOfRange", "至少一项指标的权重大于零。");
        check.Range("minDenominator", MinDenominator, 1, MostDenominator);
        check.That(EffectiveFrom.Year is >= 2000 and < 9999, "effectiveFrom", "outOfRange", "生效日期不在允许的范围内。");
        return check.Refusal;
    }
}

/// <summary>The versions of the score rules, a document of the set-up.</summary>
public sealed class ScoreRules(SetupStore setup)
{
    public const string Document = "score-rules";
    private const int Attempts = 8;

    public async Task<IReadOnlyList<ScoreRule>> AllAsync(CancellationToken ct) => [ScoreRule.First, .. (await ReadAsync(ct)).Value];

    public async Task<ScoreRule> InForceAsync(DateOnly day, CancellationToken ct) =>
        (await AllAsync(ct)).Where(r => r.EffectiveFrom <= day).MaxBy(r => (r.EffectiveFrom, r.Version)) ?? ScoreRule.First;

    /// <summary>Adds a version. Versions before it stay: what was scored by them can be looked up.</summary>
    public async Task<(IReadOnlyList<ScoreRule> Rules, Refusal? Refusal)> AddAsync(NewScoreRule rule, IfMatch condition, CancellationToken ct)
    {
        if (rule.Problem() is { } problem)
            return ([], problem);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var read = await ReadAsync(ct);
            if (condition.Check(read.Value.Count + 1) is { } changed)
                return ([], changed);
            IReadOnlyList<ScoreRule> next = [.. read.Value, new(read.Value.Count + 2, rule.Weights, rule.MinDenominator, rule.EffectiveFrom)];
            if (await setup.ReplaceAsync(Document, next, read, [], ct) is not null)
                return ([ScoreRule.First, .. next], null);
        }

        return ([], Problems.SomebodyWasFaster);
    }

    private Task<SetupDocument<IReadOnlyList<ScoreRule>>> ReadAsync(CancellationToken ct) => setup.ReadAsync<IReadOnlyList<ScoreRule>>(Document, [], ct);
}
