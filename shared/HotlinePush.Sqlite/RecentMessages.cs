using System.Security.Cryptography;
using System.Text;

namespace HotlinePush.Sqlite;

/// <summary>
/// The message ids of the last ten minutes, kept in memory by a 128-bit hash: a table of them would cost every message a page of
/// its own in the log. After a restart those of messages still in the queues are known again; the bus promises no more than a help.
/// </summary>
internal sealed class RecentMessages
{
    private static readonly long Window = TimeSpan.FromMinutes(10).Ticks;

    /// <summary>Two generations of this size take some 60 MB at most; under a faster load the window is shorter.</summary>
    private const int MaxGeneration = 500_000;

    private readonly List<UInt128> _uncommitted = [];
    private Dictionary<UInt128, long> _young = [], _old = [];
    private long _youngSince;

    /// <summary>False where the id was seen within the window.</summary>
    public bool Remember(string queue, string messageId, long now)
    {
        if (now - _youngSince >= Window || _young.Count >= MaxGeneration)
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
            _youngSince = now;
        }

        var key = KeyOf(queue, messageId);
        if (IsRecent(_young, key, now) || IsRecent(_old, key, now))
            return false;
        _young[key] = now;
        _uncommitted.Add(key);
        return true;
    }

    public void Committed() => _uncommitted.Clear();

    /// <summary>What was not stored must be let in when it is sent again.</summary>
    public void RolledBack()
    {
        foreach (var key in _uncommitted)
        {
            _young.Remove(key);
            _old.Remove(key);
        }

        _uncommitted.Clear();
    }

    private static bool IsRecent(Dictionary<UInt128, long> seen, UInt128 key, long now) =>
        seen.TryGetValue(key, out var at) && now - at < Window;

    private static UInt128 KeyOf(string queue, string messageId)
    {
        Span<byte> text = stackalloc byte[512];
        Span<byte> hash = stackalloc byte[32];
        if (queue.Length + messageId.Length + 1 <= text.Length / 3)
        {
            var length = Encoding.UTF8.GetBytes(queue, text);
            text[length++] = 0;
            length += Encoding.UTF8.GetBytes(messageId, text[length..]);
            SHA256.HashData(text[..length], hash);
        }
        else
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(queue + "\0" + messageId), hash);
        }

        return new(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
    }
}
