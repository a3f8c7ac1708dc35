using System.Globalization;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Units;

/// <summary>The lists of the set-up over HTTP: read by pages from the picture in force, replaced as a whole.</summary>
internal static class SetupLists
{
    /// <summary>A whole list in one body: 50,000 areas with their other names.</summary>
    public const long MaxBytes = 16 * 1024 * 1024;

    // Without If-Match the caller does not care whom it overwrites, so a lost race is run again.
    private const int Attempts = 8;

    private sealed record Position(string Id, int Index);

    /// <returns>The page, or a <see cref="Refusal"/> where the position is none of this list, or of an earlier version that held an item no longer there.</returns>
    public static object Page<T>(IReadOnlyList<T> all, Func<T, string> id, ListQuery list, int version, Func<T, T>? show = null)
    {
        if (!list.TryRead<Position>(out var after))
            return Cursor.Bad;
        var start = 0;
        if (after is not null)
        {
            var index = after.Index >= 0 && after.Index < all.Count && id(all[after.Index]) == after.Id ? after.Index : IndexOf(all, id, after.Id);
            if (index < 0)
                return Cursor.Bad;
            start = index + 1;
        }

        var items = all.Skip(start).Take(list.Limit).ToList();
        var last = start + items.Count - 1;
        var next = last + 1 < all.Count ? Cursor.Write(new Position(id(all[last]), last)) : null;
        return Reply.Json(StatusCodes.Status200OK, new Page<T>(show is null ? items : items.ConvertAll(i => show(i)), next), version);
    }

    /// <summary>Replaces a document under <c>If-Match</c>, makes the next request of this process see it, and leaves a trace in the audit log.</summary>
    /// <param name="decide">The new value and what follows from it, or why not; asked again where somebody was faster.</param>
    /// <param name="seen">The version a form was made from, in place of the header.</param>
    /// <returns>The new version, or a refusal.</returns>
    public static async Task<(int Version, Refusal? Refusal)> ReplaceAsync<T>(
        HttpContext http, SetupStore setup, CitySource cities, string name, T unset,
        Func<SetupDocument<T>, Task<SetupChange<T>>> decide, int shownAhead = 0, int? seen = null)
    {
        var condition = http.Request.IfMatch();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var read = await setup.ReadAsync(name, unset, http.RequestAborted);
            if (seen is { } made ? made != read.Version + shownAhead : !condition.Matches(read.Version + shownAhead))
                return (0, Problems.SomebodyWasFaster);
            var change = await decide(read);
            if (change.Refusal is not null)
                return (0, change.Refusal);
            if (await setup.ReplaceAsync(name, change.Value!, read, change.Messages, http.RequestAborted) is { } version)
            {
                cities.Forget();
                await http.TraceAsync("setupChanged", name, string.Create(CultureInfo.InvariantCulture, $"{read.Version + shownAhead} → {version + shownAhead}"));
                return (version, null);
            }
        }

        return (0, Problems.SomebodyWasFaster);
    }

    /// <summary>Replaces a list and answers with its first page, as GET would.</summary>
    /// <param name="against">What stands in the way of the change, by the list that is in force.</param>
    public static async Task<object> ReplaceListAsync<T>(
        HttpContext http, SetupStore setup, CitySource cities, string name, IReadOnlyList<T> items, Func<T, string> id, Func<Task<Refusal?>> check,
        Func<IReadOnlyList<T>, Task<Refusal?>>? against = null)
    {
        var (version, refusal) = await ReplaceAsync<IReadOnlyList<T>>(http, setup, cities, name, [],
            async read => (await check() ?? (against is null ? null : await against(read.Value))) is { } no ? (SetupChange<IReadOnlyList<T>>)no : new SetupChange<IReadOnlyList<T>>(items, [], null));
        if (refusal is not null)
            return refusal;
        var first = items.Take(ListQuery.DefaultLimit).ToList();
        var next = items.Count > first.Count ? Cursor.Write(new Position(id(first[^1]), first.Count - 1)) : null;
        return Reply.Json(StatusCodes.Status200OK, new Page<T>(first, next), version);
    }

    private static int IndexOf<T>(IReadOnlyList<T> all, Func<T, string> id, string wanted)
    {
        for (var i = 0; i < all.Count; i++)
            if (id(all[i]) == wanted)
                return i;
        return -1;
    }
}

/// <summary>A new value of a document with the messages it owes, or why not.</summary>
internal sealed record SetupChange<T>(T? Value, IReadOnlyList<Messaging.PendingMessage> Messages, Refusal? Refusal)
{
    public static implicit operator SetupChange<T>(Refusal refusal) => new(default, [], refusal);
}
