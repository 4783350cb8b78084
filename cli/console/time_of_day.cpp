#include <natscreds/cli/console/time_of_day.h>

#include <cstdlib>
#include <ctime>

#include <natscreds/jwt/validate.h>

namespace natscreds::console {
namespace {

/// The environment's TZ, for as long as this lives.
class ZoneInForce {
  public:
    explicit ZoneInForce(const std::string& zone) {
        if (const char* const before = std::getenv("TZ")) before_ = before;
        if (!zone.empty()) setenv("TZ", (":" + zone).c_str(), 1);
        tzset();
    }
    ~ZoneInForce() {
        before_ ? setenv("TZ", before_->c_str(), 1) : unsetenv("TZ");
        tzset();
    }
    ZoneInForce(const ZoneInForce&) = delete;
    ZoneInForce& operator=(const ZoneInForce&) = delete;

  private:
    std::optional<std::string> before_;
};

}  // namespace

std::optional<std::chrono::seconds> time_of_day(const std::string& zone, base::Time now) {
    if (!zone.empty() && !jwt::ValidationContext::is_system_time_zone(zone)) return std::nullopt;
    const ZoneInForce in_force(zone);
    const std::time_t seconds = now.time_since_epoch().count();
    std::tm local{};
    if (localtime_r(&seconds, &local) == nullptr) return std::nullopt;
    return std::chrono::hours(local.tm_hour) + std::chrono::minutes(local.tm_min) +
           std::chrono::seconds(local.tm_sec);
}

}  // namespace natscreds::console
