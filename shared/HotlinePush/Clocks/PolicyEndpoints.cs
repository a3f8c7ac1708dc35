using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Clocks;

/// <param name="Version">As GET answered it; where given it must be the one in force.</param>
public sealed record PolicyBody(IReadOnlyList<PolicyRule> Rules, int? Version = null);

/// <summary><c>/policies</c>: the limits that replace the defaults. A ticket keeps the policy in force at its receipt.</summary>
public static class PolicyEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/policies", async (CitySource cities, CancellationToken ct) =>
        {
            var policies = (await cities.GetAsync(ct)).Policies;
            return Reply.Json(StatusCodes.Status200OK, policies, policies.Version);
        }).AnyKey();

        api.MapPut("/policies", async (JsonBody<PolicyBody> body, HttpContext http, SetupStore setup, CitySource cities) =>
        {
            // The defaults are version 1, so what has been set once is version 2.
            var (version, refusal) = await SetupLists.ReplaceAsync(http, setup, cities, SetupNames.Policies, PolicySet.Default, read =>
            {
                var next = new PolicySet(read.Version + 2, body.Value.Rules);
                if (body.Value.Version is { } seen && seen != read.Version + 1)
                    return Task.FromResult<SetupChange<PolicySet>>(Problems.SomebodyWasFaster);
                return Task.FromResult(new Check().Add("", next.Validate()).Result() is { } wrong ? wrong : new SetupChange<PolicySet>(next, [], null));
            }, shownAhead: 1);
            return refusal is not null ? (object)refusal : Reply.Json(StatusCodes.Status200OK, new PolicySet(version + 1, body.Value.Rules), version + 1);
        }).RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes);
    }
}
