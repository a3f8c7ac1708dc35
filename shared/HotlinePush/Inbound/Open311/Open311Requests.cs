using System.Text.Json.Nodes;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Inbound.Open311;

/// <summary>A ticket as other apps may see it.</summary>
public static class Open311Requests
{
    /// <summary>What the desk published, in full; of any other ticket its service and whether it is open.</summary>
    /// <param name="extensions">With the hotline's own state, marks and times beside <c>open</c> and <c>closed</c>.</param>
    /// <param name="history">For the notes of one request; null in lists.</param>
    public static JsonObject Of(Ticket ticket, City city, bool extensions = false, IReadOnlyList<TicketEvent>? history = null)
    {
        var code = Open311Services.CodeOf(ticket);
        var answer = new JsonObject { ["service_request_id"] = ticket.Number, ["status"] = ticket.State.IsOpen() ? "open" : "closed" };
        if (!PublishedTickets.IsShown(ticket))
        {
            answer["service_name"] = Open311Services.NameOf(code, city);
            answer["service_code"] = code;
            return answer;
        }

        var changed = ticket.EndedAt ?? (ticket.ChangedAt == default ? ticket.ReceivedAt : ticket.ChangedAt);
        var place = ticket is { Published.WithPlace: true, Anonymous: false } ? ticket.Location : null;
        answer["status_notes"] = StatusNotes(ticket);
        answer["service_name"] = Open311Services.NameOf(code, city);
        answer["service_code"] = code;
        answer["description"] = ticket.Published!.Text;
        answer["agency_responsible"] = city.FindUnit(ticket.LeadUnitId)?.Name;
        answer["service_notice"] = null;
        answer["requested_datetime"] = Open311Format.Moment(ticket.ReceivedAt);
        answer["updated_datetime"] = Open311Format.Moment(changed);
        answer["expected_datetime"] = ticket.Latest(Clocks.ClockKind.Resolve) is { } due ? Open311Format.Moment(due.DueAt) : null;
        answer["address"] = place?.Address ?? AreaOf(ticket, city);
        answer["address_id"] = ticket.AreaId;
        answer["zipcode"] = null;
        answer["lat"] = place?.Lat;
        answer["long"] = place?.Lng;
        answer["media_url"] = null;
        if (extensions)
            answer["extended_attributes"] = new JsonObject
            {
                ["state"] = ticket.State.ToString(),
                ["type"] = ticket.Type.ToString(),
                ["marks"] = new JsonArray([.. Marks(ticket).Select(m => JsonValue.Create(m))]),
                ["published_datetime"] = Open311Format.Moment(ticket.Published.At),
            };
        if (extensions && history is not null)
            answer["notes"] = new JsonArray([.. PublicTicketView.TimelineOf(history).Select(e => new JsonObject
            {
                ["datetime"] = Open311Format.Moment(e.At),
                ["description"] = Pages.Texts.Chinese["event." + e.Action],
                ["type"] = e.Action,
            })]);
        return answer;
    }

    /// <summary>The hotline's states in the two that Open311 knows, told in words.</summary>
    private static string StatusNotes(Ticket ticket)
    {
        var (chinese, english) = ticket.State switch
        {
            TicketState.Received => ("已受理，待派单", "received"),
            TicketState.Dispatched => ("已派单，待签收", "dispatched"),
            TicketState.InProgress when ticket.Parked is not null => ("挂账，待条件具备后办理", "put aside until it can be done"),
            TicketState.InProgress when ticket.Suspended => ("中止计时", "suspended"),
            TicketState.InProgress => ("办理中", "in progress"),
            TicketState.Answered => ("已答复，待回访", "answered"),
            TicketState.Merged => ("已并入同类工单", "duplicate"),
            TicketState.Declined => ("不属受理范围", "declined"),
            TicketState.HandedOver => ("已移交紧急服务", "handed over"),
            TicketState.Terminated => ("已终止", "terminated"),
            _ => ("已办结", "closed"),
        };
        return $"{chinese} ({english})";
    }

    private static IEnumerable<string> Marks(Ticket ticket) => TicketView.MarksOf(ticket).Where(m => m is "suspended" or "parked");

    /// <summary>From the smallest area up, as addresses are written in Chinese: the largest first.</summary>
    private static string? AreaOf(Ticket ticket, City city)
    {
        var names = new List<string>();
        for (var at = city.FindArea(ticket.AreaId); at is not null && names.Count < 6; at = city.FindArea(at.ParentId))
            names.Insert(0, at.Name);
        return names.Count == 0 ? null : string.Concat(names);
    }
}
