using System.Globalization;
using HotlinePush.Channels;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Records;

/// <summary>How long what tickets tell about people is kept, counted from their receipt.</summary>
/// <param name="TicketMonths">Null: until somebody asks for its deletion.</param>
public sealed record RetentionPolicy(int? TicketMonths = null)
{
    public const string Setting = "Retention:TicketMonths";

    /// <summary>Below a year appeals, scores and complaints about the answer would lose what they are about.</summary>
    public const int Least = 12;

    private const int Most = 1200;

    /// <exception cref="ProviderSettingsException">The setting is no number of months.</exception>
    public static RetentionPolicy Read(IConfiguration configuration) => configuration[Setting]?.Trim() switch
    {
        null or "" => new(),
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var months) && months is >= Least and <= Most => new(months),
        _ => throw new ProviderSettingsException($"{Setting} has to be a number of months from {Least} to {Most}, or empty to keep them."),
    };
}
