using System.Text;

namespace HotlinePush.Messaging;

/// <summary>How a message travels over Service Bus: its type, its first deliveries and when it was due stand beside the body.</summary>
public static class CloudMessages
{
    public const string Type = "type";

    /// <summary>Deliveries before this copy: a retry with a delay is a scheduled copy, because the platform gives an abandoned message back at once.</summary>
    public const string Deliveries = "deliveries";

    /// <summary>When the first copy was due: lateness is measured from there.</summary>
    public const string Due = "due";

    /// <summary>When it was given up; the platform does not say.</summary>
    public const string DeadAt = "deadAt";

    /// <summary>Bytes sent together: under the 256 KiB of the smaller tiers (learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas), with room.</summary>
    public const int MaxBytesTogether = 200 * 1024;

    /// <summary>Messages sent together.</summary>
    public const int MaxTogether = 100;

    private const int BytesBeside = 512;
    private const int MaxReason = 1024;

    /// <summary>Another id for each copy: the queue remembers the one before as a double. It stays the same when the copy is made twice.</summary>
    public static string IdOfCopy(string messageId, int deliveries)
    {
        var mark = messageId.LastIndexOf('~');
        var first = mark > 0 && int.TryParse(messageId.AsSpan(mark + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _) ? messageId[..mark] : messageId;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{first}~{deliveries}");
    }

    /// <summary>As much of a reason as the platform takes (4,096 bytes).</summary>
    public static string Reason(string reason) => reason.Length <= MaxReason ? reason : reason[..(char.IsHighSurrogate(reason[MaxReason - 1]) ? MaxReason - 1 : MaxReason)];

    /// <summary>Groups that go in one call: of one queue, in the order given, none too large.</summary>
    /// <exception cref="ArgumentException">A body over <see cref="OutgoingMessage.MaxBodyBytes"/>: a bug of the caller.</exception>
    public static IEnumerable<(string Queue, IReadOnlyList<OutgoingMessage> Messages)> Group(IEnumerable<OutgoingMessage> messages)
    {
        var groups = new List<(string Queue, IReadOnlyList<OutgoingMessage> Messages)>();
        foreach (var queue in messages.GroupBy(m => m.Queue, StringComparer.Ordinal))
        {
            var (together, bytes) = (new List<OutgoingMessage>(), 0);
            foreach (var message in queue)
            {
                var size = Encoding.UTF8.GetByteCount(message.Body);
                if (size > OutgoingMessage.MaxBodyBytes)
                    throw new ArgumentException($"Message {message.MessageId} has a body of {size} bytes; the limit is {OutgoingMessage.MaxBodyBytes}.");
                if (together.Count == MaxTogether || (together.Count > 0 && bytes + size + BytesBeside > MaxBytesTogether))
                {
                    groups.Add((queue.Key, together));
                    (together, bytes) = ([], 0);
                }

                together.Add(message);
                bytes += size + BytesBeside;
            }

            groups.Add((queue.Key, together));
        }

        return groups;
    }
}
