namespace HotlinePush.Notices;

/// <summary>What a notice would do, before it does it.</summary>
/// <param name="PerChannel">By the channel each recipient would be reached on first.</param>
/// <param name="NotReached">Of a correction: whom the notice it corrects did not go to.</param>
/// <param name="Unreachable">Recipients without a contact on any of the notice's channels: the visit list.</param>
/// <param name="Errors">Rows that block or are left out, at most <see cref="MaxErrors"/>.</param>
/// <param name="Sample">The texts of a few recipients.</param>
public sealed record DryRun(
    int Recipients, IReadOnlyDictionary<string, ChannelDryRun> PerChannel, IReadOnlyList<AmountDryRun> Amounts, int Duplicates, int SharedPhones, int OptedOut, int NotReached, int Unreachable,
    IReadOnlyList<DryRunError> Errors, IReadOnlyList<DryRunSample> Sample)
{
    public const int MaxErrors = 1_000;
    public const int Samples = 3;

    /// <summary>Those that keep the notice from being handed in.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<DryRunError> Blocking => [.. Errors.Where(e => e.Blocks)];
}

/// <param name="Segments">Short messages, of the SMS channel; 0 elsewhere.</param>
/// <param name="Cost">Yuan, by the prices in the settings.</param>
public sealed record ChannelDryRun(int Deliveries, int Segments, decimal Cost);

public sealed record AmountDryRun(string Column, int Count, decimal Sum, decimal Min, decimal Max);

/// <param name="Row">The recipient's place in the list, from 1; null where the whole list is meant.</param>
public sealed record DryRunError(int? Row, string Code, string Message, bool Blocks = true);

public sealed record DryRunSample(int Row, string Channel, string To, string? Subject, string Body);
